using System.Text;
using System.Text.Json;

namespace Grimoire.Training.Data;

/// <summary>What one document is in a plain text file.</summary>
public enum DocumentUnit
{
    /// <summary>A file is one document, or several where it holds <c>&lt;|endoftext|&gt;</c> between them.</summary>
    File,

    /// <summary>Each line that is not empty is a document, as in a list of names.</summary>
    Line,
}

/// <summary>How much text a corpus holds.</summary>
/// <param name="Documents">Number of documents.</param>
/// <param name="Characters">Number of Unicode characters (code points).</param>
/// <param name="Bytes">Number of UTF-8 bytes of the documents' text.</param>
public sealed record CorpusSize(long Documents, long Characters, long Bytes);

/// <summary>
/// Raw text in files, read as a stream and never held whole. A <c>.jsonl</c> file has one document a line in the column <c>text</c>; every
/// other file is UTF-8 text, divided as <see cref="DocumentUnit"/> says.
/// </summary>
public sealed class Corpus
{
    /// <summary>The separator that divides a text file into documents.</summary>
    public const string Separator = "<|endoftext|>";

    private const int LongestRow = 1 << 28;

    /// <summary>The text behind some files, folders or patterns (see <see cref="TextFiles.Expand"/>).</summary>
    /// <exception cref="GrimoireException">A path leads to no file.</exception>
    public Corpus(IEnumerable<string> paths, DocumentUnit unit = DocumentUnit.File)
    {
        Files = TextFiles.Expand(paths);
        Unit = unit;
    }

    /// <summary>The files, in the order they are read.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>What one document is.</summary>
    public DocumentUnit Unit { get; }

    /// <summary>The text in stretches of at most some 260,000 characters, for counting words or training a tokenizer. Lines keep their line break.</summary>
    /// <exception cref="GrimoireException">A file is empty, binary, not UTF-8 or a bad JSON line.</exception>
    public IEnumerable<string> Texts()
    {
        foreach (TextPiece piece in Pieces())
            yield return Unit == DocumentUnit.Line && piece.EndsDocument ? piece.Text + "\n" : piece.Text;
    }

    /// <summary>The documents, each whole, with its file.</summary>
    /// <exception cref="GrimoireException">A file is empty, binary, not UTF-8 or a bad JSON line.</exception>
    public IEnumerable<(string File, string Text)> Documents()
    {
        foreach (string file in Files)
        {
            var text = new StringBuilder();
            foreach (TextPiece piece in Pieces(file))
            {
                text.Append(piece.Text);
                if (!piece.EndsDocument)
                    continue;
                yield return (file, text.ToString());
                text.Clear();
            }
        }
    }

    /// <summary>Reads all files once, checks them and counts.</summary>
    /// <exception cref="GrimoireException">A file is empty, binary, not UTF-8 or a bad JSON line.</exception>
    public CorpusSize Measure()
    {
        long documents = 0, characters = 0, bytes = 0;
        foreach (TextPiece piece in Pieces())
        {
            documents += piece.EndsDocument ? 1 : 0;
            characters += Characters(piece.Text);
            bytes += Encoding.UTF8.GetByteCount(piece.Text);
        }

        return documents > 0
            ? new CorpusSize(documents, characters, bytes)
            : throw new GrimoireException($"{string.Join(", ", Files)}: no text but separators and line breaks; give a file with text.");
    }

    /// <summary>All documents in order, long ones in several pieces.</summary>
    internal IEnumerable<TextPiece> Pieces() => Files.SelectMany(Pieces);

    private IEnumerable<TextPiece> Pieces(string file) => file.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase)
        ? Rows(file)
        : TextSplitter.Split(Utf8File.ReadChunks(file), Unit == DocumentUnit.Line ? "\n" : Separator);

    /// <summary>Code points: low surrogates are the second halves of characters already counted.</summary>
    public static long Characters(string text)
    {
        long count = text.Length;
        foreach (char c in text)
            count -= char.IsLowSurrogate(c) ? 1 : 0;
        return count;
    }

    private static IEnumerable<TextPiece> Rows(string file)
    {
        long line = 0;
        foreach (string row in Lines(file))
        {
            line++;
            if (string.IsNullOrWhiteSpace(row))
                continue;
            foreach (TextPiece piece in TextSplitter.Split([TextColumn(file, line, row)], Separator))
                yield return piece;
        }
    }

    private static IEnumerable<string> Lines(string file)
    {
        var line = new StringBuilder();
        foreach (string chunk in Utf8File.ReadChunks(file))
        {
            int begin = 0;
            for (int end; (end = chunk.IndexOf('\n', begin)) >= 0; begin = end + 1)
            {
                yield return line.Append(chunk, begin, end - begin).ToString();
                line.Clear();
            }

            line.Append(chunk, begin, chunk.Length - begin);
            if (line.Length > LongestRow)
                throw new GrimoireException($"{file}: a line longer than {LongestRow} characters; JSONL has one document a line.");
        }

        if (line.Length > 0)
            yield return line.ToString();
    }

    private static string TextColumn(string file, long line, string row)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(row);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new GrimoireException($"{file}, line {line}: expected a JSON object with a \"text\" column, found {document.RootElement.ValueKind}.");
            if (document.RootElement.TryGetProperty("text", out JsonElement text) && text.ValueKind == JsonValueKind.String)
                return text.GetString()!;
            string columns = string.Join(", ", document.RootElement.EnumerateObject().Select(p => p.Name));
            throw new GrimoireException($"{file}, line {line}: no \"text\" column with a string (columns: {columns}); pretraining reads the column \"text\".");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new GrimoireException($"{file}, line {line}: not valid JSON ({e.Message.Split(". ")[0].TrimEnd('.')}); JSONL has one JSON object a line.", e);
        }
    }
}
