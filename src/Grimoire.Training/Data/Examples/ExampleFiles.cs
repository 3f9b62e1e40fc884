using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Grimoire.Training.Data;

/// <summary>
/// Training data in files, with TRL's column names: <c>.jsonl</c>, <c>.jsonl.gz</c> and <c>.json</c> arrays. Each row is checked; a bad one is told by file and
/// line and ends the reading, or is counted and passed over.
/// </summary>
public sealed class ExampleFiles
{
    private const int FaultsKept = 5;
    private const long Largest = 1L << 34;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private readonly List<Example> examples = [];
    private readonly List<string> faults = [];

    private ExampleFiles(string key) => Key = key;

    /// <summary>The rows, in the order of the files.</summary>
    public IReadOnlyList<Example> Examples => examples;

    /// <summary>Bad rows passed over.</summary>
    public int Skipped { get; private set; }

    /// <summary>What was wrong with the first of them, each with file and line.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>A hash of all rows and of how they were read: equal keys mean equal examples.</summary>
    public string Key { get; private set; }

    /// <summary>Reads all rows of some files.</summary>
    /// <param name="paths">Files, folders (all their <c>.jsonl</c>, <c>.jsonl.gz</c> and <c>.json</c> files) or patterns.</param>
    /// <param name="wanted">The forms that can be used; a row that is of none is bad.</param>
    /// <param name="skipBad">Whether to pass over bad rows instead of ending at the first.</param>
    /// <param name="renamed">What the files call a column, by the name it has here: <c>completion</c> → <c>reply</c>.</param>
    /// <exception cref="GrimoireException">A file cannot be read, a row is bad, or all are.</exception>
    public static ExampleFiles Read(
        IReadOnlyList<string> paths, ExampleKinds wanted, bool skipBad = false, IReadOnlyDictionary<string, string>? renamed = null)
    {
        renamed ??= new Dictionary<string, string>();
        IReadOnlyList<string> files = TextFiles.WithEndings(paths, ".jsonl", ".jsonl.gz", ".json");
        var read = new ExampleFiles("");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"examples 1 {wanted} {string.Join(',', renamed.OrderBy(pair => pair.Key, StringComparer.Ordinal))}"));
        long bytes = 0;
        foreach (string file in files)
        {
            foreach (RawRow row in RowReader.Read(file))
            {
                if ((bytes += row.Json.Length) > Largest)
                    throw new GrimoireException($"{file}, line {row.Line}: more than {Largest >> 30} GiB of rows; give less at once.");
                hash.AppendData(row.Json.Span);
                hash.AppendData("\n"u8);
                read.Add(file, row, wanted, skipBad, renamed);
            }
        }

        read.Key = Convert.ToHexStringLower(hash.GetHashAndReset());
        return read.examples.Count > 0 ? read : throw new GrimoireException(read.Skipped == 0
            ? $"{string.Join(", ", files)}: there is no row in it; give some data."
            : $"{string.Join(", ", files)}: all {read.Skipped} rows are bad, so nothing is left; the first: {read.faults[0]}");
    }

    /// <summary>Reads one row, such as a line of standard input.</summary>
    /// <param name="json">The row, a JSON object.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <param name="line">The line it stands in, from 1.</param>
    /// <param name="wanted">The forms that can be used.</param>
    /// <exception cref="GrimoireException">The row is bad.</exception>
    public static Example ReadRow(string json, string source, long line, ExampleKinds wanted)
    {
        var read = new ExampleFiles("");
        read.Add(source, new RawRow(line, Encoding.UTF8.GetBytes(json)), wanted, skipBad: false, new Dictionary<string, string>());
        return read.examples[0];
    }

    /// <summary>What is wrong with a JSON text, without the place that .NET adds.</summary>
    internal static string Reason(JsonException e) => e.Message.Split(". ")[0].TrimEnd('.');

    private void Add(string file, RawRow row, ExampleKinds wanted, bool skipBad, IReadOnlyDictionary<string, string> renamed)
    {
        try
        {
            examples.Add(Parse(row, wanted, renamed) with { File = file, Line = row.Line });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or GrimoireException)
        {
            string why = e switch
            {
                JsonException json => $"not valid JSON ({Reason(json)})",
                // What parses as a string and cannot be read as one.
                InvalidOperationException => "a text is no valid Unicode: bytes that are no UTF-8, or half of a surrogate pair",
                _ => e.Message,
            };
            string place = $"{file}, line {row.Line}: {why}";
            if (!skipBad)
                throw new GrimoireException($"{place}; mend the row, or pass over such rows with --skip-bad.", e);
            Skipped++;
            if (faults.Count < FaultsKept)
                faults.Add(place + ".");
        }
    }

    private static Example Parse(RawRow row, ExampleKinds wanted, IReadOnlyDictionary<string, string> renamed)
    {
        using JsonDocument document = JsonDocument.Parse(row.Json, Strict);
        return document.RootElement.ValueKind == JsonValueKind.Object ? ExampleForms.Read(new ExampleRow(document.RootElement, renamed), wanted)
            : throw new GrimoireException($"the row is {ExampleRow.KindOf(document.RootElement)}, not an object with columns");
    }
}
