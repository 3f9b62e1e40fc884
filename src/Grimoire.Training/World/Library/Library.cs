namespace Grimoire.Training.Worlds;

/// <summary>All that is known of one person or village, as a text to be found.</summary>
/// <param name="Id">The name of the person or village; unique.</param>
/// <param name="Title">A heading.</param>
/// <param name="Text">The facts, in sentences.</param>
public sealed record Document(string Id, string Title, string Text);

/// <summary>A question and the documents that answer it.</summary>
/// <param name="Exercise">The question, with its answer and a check.</param>
/// <param name="Relevant">The ids of the documents needed: one, or two where two facts must be joined.</param>
public sealed record Query(Exercise Exercise, IReadOnlyList<string> Relevant);

/// <summary>The library: a document for each person, newcomers too, and for each village.</summary>
internal static class Library
{
    public static Document[] Write(ulong seed, Facts facts) =>
        [.. facts.All.GroupBy(fact => fact.Subject, StringComparer.Ordinal).Select(group => Write(seed, [.. group]))];

    private static Document Write(ulong seed, Fact[] facts)
    {
        var subject = facts[0];
        var title = subject.Person is { } person ? $"About {person}" : $"The village of {subject.Subject}";
        var dice = new Dice(Dice.Hash(subject.Subject) ^ seed);
        return new Document(subject.Subject, title, string.Join(' ', Portraits.Paint(dice, facts).Select(sentence => Word.Join(sentence))));
    }
}
