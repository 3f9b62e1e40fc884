using System.Globalization;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>The examples of a fine-tuning, read, checked and divided.</summary>
internal sealed class FinetuneData
{
    private const ExampleKinds Learnable = ExampleKinds.Text | ExampleKinds.Completion | ExampleKinds.Conversation;
    private readonly ExampleFiles files;
    private readonly ExampleFiles? heldOutFiles;

    private FinetuneData(ExampleFiles files, ExampleFiles? heldOutFiles, Example[] train, Example[] heldOut)
    {
        (this.files, this.heldOutFiles, Train, HeldOut) = (files, heldOutFiles, train, heldOut);
    }

    /// <summary>What is learned from.</summary>
    public Example[] Train { get; }

    /// <summary>What is kept to measure with.</summary>
    public Example[] HeldOut { get; }

    /// <summary>A hash of all rows and of how they are divided.</summary>
    public string Key => $"{files.Key} {heldOutFiles?.Key}";

    /// <summary>Whether all is plain text, so that no conversation is learned.</summary>
    public bool IsText => Array.TrueForAll(Train, example => example is TextExample);

    /// <summary>Reads the files that a recipe names.</summary>
    /// <exception cref="GrimoireException">A file cannot be read, a row is bad, or too little is left to learn from.</exception>
    public static FinetuneData Read(FinetuneRecipe recipe)
    {
        Dictionary<string, string> renamed = recipe.Columns.Select(SettingList<FinetuneRecipe>.Assignment).ToDictionary(StringComparer.Ordinal);
        ExampleFiles given = ExampleFiles.Read(recipe.Data, Learnable, recipe.SkipBad, renamed);
        IReadOnlyList<Example> all = given.Examples;
        if (recipe.Validation.Count > 0)
        {
            ExampleFiles validation = ExampleFiles.Read(recipe.Validation, Learnable, recipe.SkipBad, renamed);
            return new FinetuneData(given, validation, [.. all], [.. validation.Examples.Take(recipe.ValidationExamples)]);
        }

        int heldOut = (int)Math.Ceiling(recipe.ValidationShare * all.Count);
        if (heldOut >= all.Count)
            throw new GrimoireException($"{all.Count} examples are too few to hold some out; give --val-data with others, or --val-share 0.");
        var shuffle = new Permutation(all.Count, (ulong)recipe.Stage.Seed);
        bool[] isHeldOut = new bool[all.Count];
        for (int i = 0; i < heldOut; i++)
            isHeldOut[(int)shuffle[i]] = true;
        return new FinetuneData(
            given, null, [.. all.Where((_, i) => !isHeldOut[i])], [.. all.Where((_, i) => isHeldOut[i]).Take(recipe.ValidationExamples)]);
    }

    /// <summary>What there is, what of it was bad and what did not fit.</summary>
    public IEnumerable<Fact> Facts(EncodedExamples train, EncodedExamples? heldOut, int context)
    {
        yield return new Fact("examples", Say($"{Train.Length:N0} to learn from, {HeldOut.Length:N0} held out"));
        int skipped = files.Skipped + (heldOutFiles?.Skipped ?? 0);
        foreach (string fault in skipped == 0 ? [] : files.Faults.Concat(heldOutFiles?.Faults ?? []).Take(3))
            yield return new Fact(Say($"bad rows, {skipped:N0} in all"), fault);
        foreach (string fault in train.Faults.Take(3))
            yield return new Fact(Say($"rows the format refuses, {train.Skipped:N0} in all"), fault);
        if (train.Cut + train.Dropped > 0)
            yield return new Fact(
                Say($"longer than {context:N0} tokens"), Say($"{train.Cut:N0} lost the begin of their prompt, {train.Dropped:N0} were dropped"));
        if (heldOut is { Cut: var cut, Dropped: var dropped } && cut + dropped > 0)
            yield return new Fact(Say($"of those held out"), Say($"{cut:N0} lost the begin of their prompt, {dropped:N0} were dropped"));
        yield return new Fact("lengths", Say($"{train.MedianLength():N0} tokens in the middle, {train.Longest:N0} at most"));
        yield return new Fact("tokens", Say($"{train.Tokens:N0}, of which {(double)train.TrainedTokens / train.Tokens:0.0 %} are trained"));
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
