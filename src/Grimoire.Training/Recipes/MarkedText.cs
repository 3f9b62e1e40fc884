using Grimoire.Models.Tokenizers;

namespace Grimoire.Training.Recipes;

/// <summary>An example as it is trained on: which of its text is to be foretold.</summary>
/// <param name="Name">What it is an example of.</param>
/// <param name="Pieces">Its text in order, each piece marked if it is trained.</param>
public sealed record MarkedText(string Name, IReadOnlyList<(string Text, bool Trained)> Pieces)
{
    /// <summary>What the marks mean, as a sentence begins that ends "is in brackets".</summary>
    public string Meaning { get; init; } = "what is to be foretold is";

    /// <summary>The text of tokens, special ones included.</summary>
    /// <param name="name">What it is an example of.</param>
    /// <param name="tokenizer">Whose the tokens are.</param>
    /// <param name="ids">The tokens.</param>
    /// <param name="trained">Which of them are to be foretold.</param>
    public static MarkedText Of(string name, Tokenizer tokenizer, ReadOnlySpan<int> ids, ReadOnlySpan<bool> trained)
    {
        var pieces = new List<(string, bool)>();
        StreamingDecoder decoder = tokenizer.CreateDecoder(skipSpecial: false);
        for (int begin = 0, end; begin < ids.Length; begin = end)
        {
            end = begin;
            string text = "";
            for (; end < ids.Length && trained[end] == trained[begin]; end++)
                text += decoder.Append(ids[end]);
            pieces.Add((end == ids.Length ? text + decoder.Flush() : text, trained[begin]));
        }

        return new MarkedText(name, pieces);
    }
}
