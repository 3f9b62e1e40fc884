using System.Globalization;
using System.Text;
using Grimoire.Training.Data;

namespace Grimoire.Evaluation.Tagging;

/// <summary>Reads and writes files of tagged words: CoNLL and CoNLL-U, plain or gzipped.</summary>
public static class TagFile
{
    private const int LargestFile = 1 << 30, Chunk = 1 << 16;
    private const string Document = "-DOCSTART-";
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file. A line that is blank, or nothing but tabs and spaces, ends a sentence.</summary>
    /// <param name="path">The file; <c>.gz</c> is unpacked.</param>
    /// <param name="columns">Where words and labels are; null for the usual places.</param>
    /// <param name="labelled">Whether labels are read.</param>
    /// <exception cref="GrimoireException">The file cannot be read, or a row is bad: it is named by its line.</exception>
    public static IReadOnlyList<TaggedSentence> Read(string path, TagColumns? columns = null, bool labelled = true) =>
        Parse(path, Lines(path, Bytes(path)), columns ?? new TagColumns(), labelled);

    /// <summary>Reads text that somebody else has, such as standard input.</summary>
    /// <param name="source">What to call it in messages.</param>
    /// <param name="reader">The text.</param>
    /// <param name="columns">Where words and labels are; null for the usual places.</param>
    /// <param name="labelled">Whether labels are read.</param>
    /// <exception cref="GrimoireException">A row is bad: it is named by its line.</exception>
    public static IReadOnlyList<TaggedSentence> Read(string source, TextReader reader, TagColumns? columns = null, bool labelled = true)
    {
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
            lines.Add(line);
        return Parse(source, lines, columns ?? new TagColumns(), labelled);
    }

    /// <summary>
    /// Writes a sentence with other labels. A sentence of a CoNLL file gets a last column more, so that gold and predicted labels stand side by side as
    /// conlleval reads them; one of a CoNLL-U file gets them into a column of its own.
    /// </summary>
    /// <param name="to">Where to.</param>
    /// <param name="sentence">The sentence.</param>
    /// <param name="labels">A label for each of its words.</param>
    /// <param name="columns">Which column of CoNLL-U takes the labels.</param>
    public static void Write(TextWriter to, TaggedSentence sentence, IReadOnlyList<string> labels, TagColumns? columns = null)
    {
        int word = 0;
        if (sentence.Rows.Count == 0)
        {
            for (; word < labels.Count; word++)
                to.Write($"{sentence.Words[word]}\t{labels[word]}\n");
        }

        foreach (TagRow row in sentence.Rows)
        {
            string[] cells = row.Columns;
            if (row.IsWord && sentence.Format == TagFormat.Conllu)
            {
                cells = [.. cells];
                cells[(columns ?? new TagColumns()).LabelIndex(TagFormat.Conllu, cells.Length)] = labels[word++];
            }
            else if (row.IsWord)
            {
                cells = [.. cells, labels[word++]];
            }

            to.Write(string.Join('\t', cells) + "\n");
        }

        to.Write('\n');
    }

    private static List<TaggedSentence> Parse(string source, IReadOnlyList<string> lines, TagColumns columns, bool labelled)
    {
        TagFormat format = columns.Format ?? FormatOf(source, lines);
        bool tabs = format == TagFormat.Conllu || lines.Any(line => line.Contains('\t') && !string.IsNullOrWhiteSpace(line));
        var sentences = new List<TaggedSentence>();
        var rows = new List<TagRow>();
        int width = 0;
        for (int i = 0; i < lines.Count; i++)
        {
            string line = lines[i];
            if (string.IsNullOrWhiteSpace(line))
                EndSentence();
            else if (line.StartsWith(Document, StringComparison.Ordinal))
                EndSentence();
            else
                rows.Add(format == TagFormat.Conllu ? ConlluRow(i + 1, line) : ConllRow(i + 1, line));
        }

        EndSentence();
        return sentences.Count > 0 ? sentences : throw new GrimoireException($"{source}: there is no sentence in it; give a file with a word a line.");

        void EndSentence()
        {
            if (rows.Exists(row => row.IsWord))
                sentences.Add(Sentence(source, format, [.. rows], columns, labelled));
            rows.Clear();
        }

        TagRow ConllRow(long number, string line)
        {
            string[] cells = tabs ? line.TrimEnd('\r').Split('\t') : line.Split((char[])[' ', '\r'], StringSplitOptions.RemoveEmptyEntries);
            bool comment = line[0] == '#' && !line.Contains('\t') && (tabs || (cells.Length != width && rows.TrueForAll(row => !row.IsWord)));
            if (comment)
                return new TagRow(number, [line.TrimEnd('\r')], IsWord: false);
            width = width == 0 ? cells.Length : width;
            return cells.Length == width ? new TagRow(number, cells, IsWord: true)
                : throw Bad(source, number, $"the row has {Count(cells.Length)} where the first has {width}; give each word a line with all columns");
        }

        TagRow ConlluRow(long number, string line)
        {
            line = line.TrimEnd('\r');
            string[] cells = line.Split('\t');
            if (line[0] == '#')
                return new TagRow(number, [line], IsWord: false);
            if (cells.Length != TagColumns.ConlluCount)
                throw Bad(source, number, $"the row has {Count(cells.Length)} parted by tabs where CoNLL-U has {TagColumns.ConlluCount}");
            return new TagRow(number, cells, IsWord: IsWordId(cells[0])
                ?? throw Bad(source, number, $"\"{cells[0]}\" is no id of CoNLL-U (1, or 1-2 for a multiword token, or 1.1 for an empty node)"));
        }
    }

    private static TaggedSentence Sentence(string source, TagFormat format, TagRow[] rows, TagColumns columns, bool labelled)
    {
        TagRow first = rows.First(row => row.IsWord);
        try
        {
            int word = columns.WordIndex(format, first.Columns.Length);
            int? label = labelled ? columns.LabelIndex(format, first.Columns.Length) : null;
            foreach (TagRow row in rows.Where(row => row.IsWord))
            {
                if (row.Columns[word].Length == 0)
                    throw Bad(source, row.Line, "the word is empty");
                if (label is { } at && (string.IsNullOrWhiteSpace(row.Columns[at]) || (format == TagFormat.Conllu && row.Columns[at] == "_")))
                    throw Bad(source, row.Line, $"the word \"{row.Columns[word]}\" has no label in column {at + 1}");
            }

            return new TaggedSentence(source, format, rows, word, label);
        }
        catch (GrimoireException e) when (!e.Message.StartsWith(source, StringComparison.Ordinal))
        {
            throw Bad(source, first.Line, e.Message.TrimEnd('.'));
        }
    }

    /// <summary>Whether an id is that of a word; null where it is none at all.</summary>
    private static bool? IsWordId(string id)
    {
        string[] parts = id.Split('-', '.');
        bool numbers = Array.TrueForAll(parts, part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        return numbers && parts.Length <= 2 ? parts.Length == 1 : null;
    }

    private static TagFormat FormatOf(string source, IReadOnlyList<string> lines)
    {
        if (source.EndsWith(".conllu", StringComparison.OrdinalIgnoreCase) || source.EndsWith(".conllu.gz", StringComparison.OrdinalIgnoreCase))
            return TagFormat.Conllu;
        string[] first = lines.FirstOrDefault(line => !string.IsNullOrWhiteSpace(line) && line[0] != '#')?.Split('\t') ?? [];
        return first.Length == TagColumns.ConlluCount && IsWordId(first[0]) is not null ? TagFormat.Conllu : TagFormat.Conll;
    }

    private static byte[] Bytes(string path)
    {
        if (!File.Exists(path))
        {
            string what = Directory.Exists(path) ? "this is a folder" : "there is no such file";
            throw new GrimoireException($"{path}: {what}; give a CoNLL or CoNLL-U file.");
        }

        using var stream = new DataStream(path);
        using var whole = new MemoryStream();
        byte[] chunk = new byte[Chunk];
        for (int got; (got = stream.Read(chunk)) > 0;)
        {
            if (whole.Length + got > LargestFile)
                throw new GrimoireException($"{path}: longer than {LargestFile >> 30} GiB; cut it into parts.");
            whole.Write(chunk, 0, got);
        }

        return whole.ToArray();
    }

    private static List<string> Lines(string path, byte[] bytes)
    {
        var lines = new List<string>();
        ReadOnlySpan<byte> rest = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'\n');
            try
            {
                lines.Add(Strict.GetString(end < 0 ? rest : rest[..end]));
            }
            catch (DecoderFallbackException e)
            {
                throw new GrimoireException($"{path}, line {lines.Count + 1}: this is not valid UTF-8; convert the file to UTF-8.", e);
            }

            rest = end < 0 ? [] : rest[(end + 1)..];
        }

        return lines;
    }

    private static string Count(int columns) => columns == 1 ? "1 column" : $"{columns} columns";

    private static GrimoireException Bad(string source, long line, string why) => new($"{source}, line {line}: {why}.");
}
