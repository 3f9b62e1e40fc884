using System.Text;
using System.Text.Json;

namespace Grimoire.Evaluation.Metrics;

/// <summary>Texts in a file, one a line: a text file, or a column of a <c>.jsonl</c> file whose value is a text or a list of texts.</summary>
public static class LineFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether a file is read as rows with columns.</summary>
    public static bool HasColumns(string path) => path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);

    /// <summary>The texts of each line: one of a text file; one or several of a column. Empty lines are texts, but rows are not empty.</summary>
    /// <exception cref="GrimoireException">The file cannot be read or is empty, or a line is bad.</exception>
    public static IReadOnlyList<IReadOnlyList<string>> Read(string path, string column)
    {
        if (!File.Exists(path))
            throw new GrimoireException(
                $"{path}: {(Directory.Exists(path) ? "this is a folder" : "there is no such file")}; give a text file, one text a line, or a .jsonl file.");
        try
        {
            using var reader = new StreamReader(path, Strict);
            return Read(reader, path, HasColumns(path) ? column : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>The texts of each line of a reader, where <paramref name="column"/> names that of rows and is null for plain lines.</summary>
    /// <exception cref="GrimoireException">There is no line, or one is bad.</exception>
    public static IReadOnlyList<IReadOnlyList<string>> Read(TextReader reader, string source, string? column)
    {
        var lines = new List<IReadOnlyList<string>>();
        for (int number = 1; ; number++)
        {
            string? line;
            try
            {
                line = reader.ReadLine();
            }
            catch (DecoderFallbackException e)
            {
                throw new GrimoireException($"{source}: not UTF-8 at or after line {number}; write the file in UTF-8.", e);
            }

            if (line is null)
                break;
            if (column is null)
                lines.Add([line]);
            else if (!string.IsNullOrWhiteSpace(line))
                lines.Add(Column(line, column, $"{source}, line {number}"));
        }

        return lines.Count > 0 ? lines : throw new GrimoireException($"{source}: there is no line in it; nothing can be scored.");
    }

    private static string[] Column(string line, string column, string place)
    {
        try
        {
            using JsonDocument row = JsonDocument.Parse(line);
            if (row.RootElement.ValueKind != JsonValueKind.Object)
                throw new GrimoireException($"{place}: not an object with columns; in .jsonl each line is one.");
            if (!row.RootElement.TryGetProperty(column, out JsonElement value))
                throw new GrimoireException($"{place}: there is no column \"{column}\"; its columns are " +
                    $"{string.Join(", ", row.RootElement.EnumerateObject().Select(one => one.Name))}.");
            string[]? texts = value.ValueKind switch
            {
                JsonValueKind.String => [value.GetString()!],
                JsonValueKind.Array when value.GetArrayLength() > 0 && value.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String) =>
                    [.. value.EnumerateArray().Select(one => one.GetString()!)],
                _ => null,
            };
            return texts ?? throw new GrimoireException($"{place}: \"{column}\" is neither a text nor a list of some.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new GrimoireException($"{place}: not valid JSON; mend the line.", e);
        }
    }
}
