using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Training.Runs;

/// <summary>
/// A file to which JSON objects are appended, one a line. A process killed while writing leaves at most a torn last line, which reading passes over and
/// the next appending cuts off.
/// </summary>
public sealed class JsonLines : IDisposable
{
    /// <summary>Text stays readable: only what JSON must escape is escaped.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private readonly FileStream stream;

    /// <summary>The file.</summary>
    public string Path => stream.Name;

    /// <summary>Opens a file for appending, or creates it.</summary>
    public JsonLines(string path)
    {
        stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1);
        stream.SetLength(EndOfLastWholeLine(stream));
        stream.Seek(0, SeekOrigin.End);
    }

    /// <summary>Appends one object as one write, so that it is there when this returns even if the process dies next.</summary>
    /// <exception cref="GrimoireException">The disk is full or gone.</exception>
    public void Append(JsonObject row)
    {
        try
        {
            stream.Write(Encoding.UTF8.GetBytes(ToLine(row)));
        }
        catch (IOException e)
        {
            throw new GrimoireException($"{stream.Name}: cannot be written ({e.Message.TrimEnd('.')}); free space and continue with the same command.", e);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    /// <summary>All rows; none where there is no file.</summary>
    /// <exception cref="GrimoireException">A line that is not the torn last one is not a JSON object.</exception>
    public static IEnumerable<JsonObject> Read(string path)
    {
        if (!File.Exists(path))
            yield break;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        string? next = reader.ReadLine();
        for (int number = 1; next is not null; number++)
        {
            string line = next;
            next = reader.ReadLine();
            if (Parse(line) is { } row)
                yield return row;
            else if (next is not null)
                throw new GrimoireException($"{path}, line {number}: not a JSON object; mend or delete the line.");
        }
    }

    /// <summary>Keeps only the rows that fit, replacing the file whole.</summary>
    public static void Keep(string path, Func<JsonObject, bool> fits)
    {
        if (!File.Exists(path))
            return;
        string kept = string.Concat(Read(path).Where(fits).Select(ToLine));
        AtomicFile.WriteText(path, kept);
    }

    /// <summary>JSON has no NaN and no infinity: they become strings.</summary>
    public static JsonNode Number(double value) =>
        double.IsFinite(value) ? JsonValue.Create(value) : JsonValue.Create(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>The number a node holds, as <see cref="Number"/> wrote it.</summary>
    public static double ToDouble(JsonNode? node) => node is JsonValue value
        ? value.GetValueKind() == JsonValueKind.Number ? value.GetValue<double>() : double.Parse(value.GetValue<string>(), CultureInfo.InvariantCulture)
        : throw new FormatException("not a number");

    /// <summary>A row as its line, with the line break.</summary>
    public static string ToLine(JsonObject row)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Encoder }))
            row.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }

    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static long EndOfLastWholeLine(FileStream stream)
    {
        byte[] block = new byte[4096];
        for (long end = stream.Length; end > 0;)
        {
            int count = (int)Math.Min(block.Length, end);
            stream.Seek(end - count, SeekOrigin.Begin);
            stream.ReadExactly(block, 0, count);
            int at = block.AsSpan(0, count).LastIndexOf((byte)'\n');
            if (at >= 0)
                return end - count + at + 1;
            end -= count;
        }

        return 0;
    }
}
