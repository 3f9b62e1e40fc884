using System.Text.Json.Nodes;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>What was said of two answers, by the place in which they were shown.</summary>
public enum Choice
{
    /// <summary>The first is better.</summary>
    First,

    /// <summary>The second is better.</summary>
    Second,

    /// <summary>Neither is.</summary>
    Tie,

    /// <summary>Nothing is said of them.</summary>
    Skip,

    /// <summary>Nobody was asked, for they are the same.</summary>
    Same,
}

/// <summary>An answer in a comparison.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Model">Who said it.</param>
/// <param name="Seed">The seed it was said with.</param>
public sealed record ComparedAnswer(string Text, string Model, ulong Seed);

/// <summary>Two answers to one prompt, in the order in which they were shown, and what was said of them.</summary>
/// <param name="Prompt">What was asked.</param>
/// <param name="First">The answer shown first.</param>
/// <param name="Second">The answer shown second.</param>
/// <param name="Choice">What was said.</param>
/// <param name="Chooser">Who said it: <c>user</c> or <c>judge:PATH</c>.</param>
public sealed record Comparison(Passage Prompt, ComparedAnswer First, ComparedAnswer Second, Choice Choice, string Chooser)
{
    /// <summary>The same for the same prompt and answers, in whatever order they were shown.</summary>
    public string Pair { get; } = Hash(Prompt, [.. new[] { First.Text, Second.Text }.Order(StringComparer.Ordinal)]);

    /// <summary>The same for the same prompt, models and seeds, known before anything is answered.</summary>
    public string Origin { get; } = OriginOf(Prompt, First.Model, First.Seed, Second.Model, Second.Seed);

    /// <summary>Whether one of the answers was preferred.</summary>
    public bool IsDecided => Choice is Choice.First or Choice.Second;

    /// <summary>
    /// What was said, whatever the order it was shown in: of two models <see cref="Training.Verdict.First"/> is the one that comes first by name, of two
    /// answers of one model one of them by lot; null where nothing was said.
    /// </summary>
    public Verdict? Verdict => Choice switch
    {
        Choice.Tie => Training.Verdict.Tie,
        Choice.First => IsTurned ? Training.Verdict.Second : Training.Verdict.First,
        Choice.Second => IsTurned ? Training.Verdict.First : Training.Verdict.Second,
        _ => null,
    };

    private bool IsTurned => First.Model != Second.Model
        ? string.CompareOrdinal(First.Model, Second.Model) > 0
        : (string.CompareOrdinal(First.Text, Second.Text) > 0) != (Pair[0] % 2 == 0);

    /// <summary>The origin of a comparison that is to be made.</summary>
    public static string OriginOf(Passage prompt, string model, ulong seed, string otherModel, ulong otherSeed) =>
        Hash(prompt, [.. new[] { Answerer(model, seed), Answerer(otherModel, otherSeed) }.Order(StringComparer.Ordinal)]);

    private static string Answerer(string model, ulong seed) => FormattableString.Invariant($"{seed} {model}");

    private static string Hash(Passage prompt, string[] parts) => JsonDigest.KeyOf(new JsonArray(prompt.ToJson(), parts[0], parts[1]));
}
