using System.Globalization;

namespace Grimoire.Evaluation.Tagging;

/// <summary>How files of tagged words are laid out.</summary>
public enum TagFormat
{
    /// <summary>A word a line, columns parted by a tab or by spaces; a blank line ends a sentence (Tjong Kim Sang and Buchholz 2000).</summary>
    Conll,

    /// <summary>Ten columns parted by tabs, with comments, multiword tokens and empty nodes (universaldependencies.org/format.html).</summary>
    Conllu,
}

/// <summary>Which columns of a file hold the words and their labels.</summary>
/// <param name="Format">The layout; null to tell it from the file's name and its first rows.</param>
/// <param name="Word">
/// A number from 1, <c>last</c>, <c>last-1</c> (the last but one), or a name of CoNLL-U's; null for the usual: the first, and <c>form</c>.
/// </param>
/// <param name="Label">The same; null for the usual: the last, and <c>upos</c>.</param>
public sealed record TagColumns(TagFormat? Format = null, string? Word = null, string? Label = null)
{
    private static readonly string[] Names = ["id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"];

    /// <summary>The columns of a row of CoNLL-U.</summary>
    internal static int ConlluCount => Names.Length;

    /// <summary>The place of the words in rows of so many columns, from 0.</summary>
    internal int WordIndex(TagFormat format, int count) => Index(Word ?? (format == TagFormat.Conllu ? "form" : "1"), "word", format, count);

    /// <summary>The place of the labels in rows of so many columns, from 0.</summary>
    internal int LabelIndex(TagFormat format, int count) => Index(Label ?? (format == TagFormat.Conllu ? "upos" : "last"), "label", format, count);

    private static int Index(string column, string what, TagFormat format, int count)
    {
        int at = column == "last" ? count - 1
            : column.StartsWith("last-", StringComparison.Ordinal)
                && int.TryParse(column[5..], NumberStyles.None, CultureInfo.InvariantCulture, out int before) ? count - 1 - before
            : format == TagFormat.Conllu && Array.IndexOf(Names, column) is >= 0 and var named ? named
            : int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number - 1
            : throw new GrimoireException(
                $"{column}: this is no {what} column of a {(format == TagFormat.Conllu ? "CoNLL-U" : "CoNLL")} file; give its number from 1, last, " +
                $"or in CoNLL-U one of {string.Join(", ", Names)}.");
        return at >= 0 && at < count ? at
            : throw new GrimoireException($"there is no {what} column {column}: rows have {count}; choose another column");
    }
}
