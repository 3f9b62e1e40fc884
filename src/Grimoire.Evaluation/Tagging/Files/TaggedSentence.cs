using System.Runtime.InteropServices;

namespace Grimoire.Evaluation.Tagging;

/// <summary>A line of a file of tagged words.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Columns">Its columns; a comment is one.</param>
/// <param name="IsWord">Whether it is a word, rather than a comment, a multiword token or an empty node.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TagRow(long Line, string[] Columns, bool IsWord);

/// <summary>A sentence: words, and perhaps a label for each.</summary>
public sealed class TaggedSentence
{
    private const string NoSpace = "SpaceAfter=No";
    private readonly TagRow[] wordRows;

    /// <summary>A sentence of a file.</summary>
    internal TaggedSentence(string file, TagFormat format, IReadOnlyList<TagRow> rows, int word, int? label)
    {
        (File, Format, Rows) = (file, format, rows);
        wordRows = [.. rows.Where(row => row.IsWord)];
        Words = [.. wordRows.Select(row => row.Columns[word])];
        Labels = label is { } at ? [.. wordRows.Select(row => row.Columns[at])] : [];
    }

    /// <summary>A sentence of nowhere.</summary>
    /// <param name="words">The words.</param>
    /// <param name="labels">As many labels, or none.</param>
    public TaggedSentence(IReadOnlyList<string> words, IReadOnlyList<string>? labels = null)
    {
        if (labels is { Count: > 0 } && labels.Count != words.Count)
            throw new ArgumentException($"{labels.Count} labels do not label {words.Count} words", nameof(labels));
        (File, Rows, wordRows, Words, Labels) = ("", [], [], words, labels ?? []);
    }

    /// <summary>The words.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>A label for each word; none where none was read.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The file it is from, empty if from none.</summary>
    public string File { get; }

    /// <summary>How that file is laid out.</summary>
    public TagFormat Format { get; }

    /// <summary>All its lines there.</summary>
    public IReadOnlyList<TagRow> Rows { get; }

    /// <summary>The place of a word in its file, for messages: <c>train.conll, line 7</c>.</summary>
    public string PlaceOf(int word) => wordRows.Length > 0 ? $"{File}, line {wordRows[word].Line}" : $"word {word + 1}";

    /// <summary>The same sentence under other labels.</summary>
    internal TaggedSentence With(IReadOnlyList<string> labels) => new(Words, labels);

    /// <summary>Whether the file says that no space stands behind a word; null where it does not say.</summary>
    internal bool? HasNoSpaceAfter(int word) => Format != TagFormat.Conllu || wordRows.Length == 0 ? null
        : wordRows[word].Columns[^1].Split('|').Contains(NoSpace, StringComparer.Ordinal);
}
