using System.Security.Cryptography;
using System.Text;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tagging;

/// <summary>The sentences that a tagger learns from, and those held out.</summary>
/// <param name="Train">Learned from, labels in the scheme that is learned.</param>
/// <param name="Validation">Held out, labels likewise.</param>
/// <param name="Tags">The labels of the training sentences.</param>
/// <param name="From">The scheme of the files; null where labels are of single words.</param>
/// <param name="Key">A hash of all of it.</param>
public sealed record TagData(IReadOnlyList<TaggedSentence> Train, IReadOnlyList<TaggedSentence> Validation, TagSet Tags, LabelScheme? From, string Key)
{
    /// <summary>Reads, divides and rewrites labels.</summary>
    /// <exception cref="GrimoireException">A file or a row is bad, or nothing is left on one side.</exception>
    public static TagData Read(TagRecipe recipe)
    {
        TaggedSentence[] all = [.. recipe.Data.SelectMany(file => TagFile.Read(file, recipe.Columns))];
        TaggedSentence[]? apart = recipe.Validation.Count > 0 ? [.. recipe.Validation.SelectMany(file => TagFile.Read(file, recipe.Columns))] : null;
        LabelScheme? from = Label.AreOfSpans(all.SelectMany(sentence => sentence.Labels)) ? LabelScheme.Detect(all.Select(sentence => sentence.Labels)) : null;
        LabelScheme? to = recipe.Scheme is { } name ? LabelScheme.Named(name) : from;
        if (to is not null && from is null)
        {
            throw new GrimoireException(
                $"{recipe.Data[0]}: the labels are not those of spans, so no scheme is theirs; leave --scheme out, or choose another --column.");
        }

        TaggedSentence[] train = [.. all.Where((_, i) => apart is not null || !IsHeldOut(i, recipe.ValidationShare))];
        TaggedSentence[] validation = apart ?? [.. all.Where((_, i) => IsHeldOut(i, recipe.ValidationShare))];
        if (train.Length == 0 || validation.Length == 0)
        {
            throw new GrimoireException(
                $"{string.Join(", ", recipe.Data)}: no sentence is {(train.Length == 0 ? "left to learn from" : "held out")}; " +
                "give more data, or held-out files with --dev.");
        }

        if (from != to)
            (train, validation) = (Rewritten(train, from!, to!), Rewritten(validation, from!, to!));
        return new TagData(train, validation, TagSet.Of(train, to), from, KeyOf(all.Concat(apart ?? [])));
    }

    private static bool IsHeldOut(int index, double share) => CountedRandom.Uniform(0x7461676765725, (ulong)index) < share;

    private static TaggedSentence[] Rewritten(TaggedSentence[] sentences, LabelScheme from, LabelScheme to) =>
        [.. sentences.Select(sentence => sentence.With(to.Encode(from.Decode(sentence), sentence.Words.Count)))];

    private static string KeyOf(IEnumerable<TaggedSentence> sentences)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TaggedSentence sentence in sentences)
            hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\t', sentence.Words.Concat(sentence.Labels)) + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
