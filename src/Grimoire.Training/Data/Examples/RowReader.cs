using System.Text.Json;

namespace Grimoire.Training.Data;

/// <summary>A row of a file: a JSON text, not yet looked at.</summary>
/// <param name="Line">The line on which it begins, from 1.</param>
/// <param name="Json">Its bytes, good until the next row is asked for.</param>
public readonly record struct RawRow(long Line, ReadOnlyMemory<byte> Json);

/// <summary>Reads the rows of a file as a stream: the lines of <c>.jsonl</c>, plain or gzipped, or the members of a <c>.json</c> array.</summary>
public static class RowReader
{
    private const int Chunk = 1 << 16, LongestRow = 1 << 26, LongestArray = 1 << 30;

    /// <summary>The rows of a file, in order; empty lines are passed over.</summary>
    /// <exception cref="GrimoireException">The file cannot be read, is empty, or is too large in a way that no data is.</exception>
    public static IEnumerable<RawRow> Read(string file)
    {
        using var stream = new DataStream(file);
        IEnumerable<RawRow> rows = IsArray(file) ? Members(file, ReadWhole(file, stream)) : Lines(file, stream);
        foreach (RawRow row in rows)
            yield return row;
    }

    private static bool IsArray(string file) =>
        file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".json.gz", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<RawRow> Lines(string file, DataStream stream)
    {
        byte[] buffer = new byte[Chunk];
        int start = 0, end = 0;
        for (long line = 1; ; line++)
        {
            int length = 0, scanned = 0;
            while ((length = buffer.AsSpan((start + scanned)..end).IndexOf((byte)'\n')) < 0)
            {
                scanned = end - start;
                if (scanned > LongestRow)
                    throw new GrimoireException($"{file}, line {line}: longer than {LongestRow >> 20} MiB; in JSONL each row is a line.");
                MakeRoom(ref buffer, ref start, ref end);
                int got = stream.Read(buffer.AsSpan(end));
                end += got;
                if (got > 0)
                    continue;
                if (scanned > 0 && Content(buffer.AsMemory(start..end), line) is { Length: > 0 } last)
                    yield return new RawRow(line, last);
                yield break;
            }

            if (Content(buffer.AsMemory(start, scanned + length), line) is { Length: > 0 } content)
                yield return new RawRow(line, content);
            start += scanned + length + 1;
        }
    }

    /// <summary>Moves what is not read yet to the front; doubles the buffer where it fills it.</summary>
    private static void MakeRoom(ref byte[] buffer, ref int start, ref int end)
    {
        byte[] target = end - start > buffer.Length / 2 ? new byte[buffer.Length * 2] : buffer;
        buffer.AsSpan(start..end).CopyTo(target);
        (buffer, end, start) = (target, end - start, 0);
    }

    /// <summary>A line without white space around it and, if it is the first, without a byte-order mark.</summary>
    private static ReadOnlyMemory<byte> Content(ReadOnlyMemory<byte> line, long number)
    {
        if (number == 1 && line.Span.StartsWith("\uFEFF"u8))
            line = line[3..];
        return line.Trim(" \t\r"u8.ToArray());
    }

    private static byte[] ReadWhole(string file, DataStream stream)
    {
        byte[] buffer = new byte[Chunk];
        int start = 0, end = 0;
        for (int got = -1; got != 0;)
        {
            if (end > LongestArray)
                throw new GrimoireException(
                    $"{file}: more than {LongestArray >> 30} GiB in one array; write it as .jsonl, one row a line, which is read as a stream.");
            if (end == buffer.Length)
                MakeRoom(ref buffer, ref start, ref end);
            got = stream.Read(buffer.AsSpan(end));
            end += got;
        }

        return buffer[..end];
    }

    /// <summary>The members of an array, each with the line it begins on.</summary>
    private static IEnumerable<RawRow> Members(string file, byte[] json)
    {
        int offset = json.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0, counted = 0;
        long line = 1;
        foreach ((int start, int end) in Bounds(file, json.AsMemory(offset)))
        {
            line += json.AsSpan(offset + counted, start - counted).Count((byte)'\n');
            counted = start;
            yield return new RawRow(line, json.AsMemory(offset + start, end - start));
        }
    }

    /// <summary>Where the members of an array begin and end.</summary>
    private static List<(int Start, int End)> Bounds(string file, ReadOnlyMemory<byte> json)
    {
        List<(int, int)> bounds = [];
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                throw new GrimoireException(
                    $"{file}: a .json file of training data is one list of rows, this begins otherwise; one row a line is named .jsonl.");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                bounds.Add((start, (int)reader.BytesConsumed));
            }

            _ = reader.Read(); // refuses what follows the list
            return bounds;
        }
        catch (JsonException e)
        {
            throw new GrimoireException(
                $"{file}, line {e.LineNumber + 1}: not valid JSON ({ExampleFiles.Reason(e)}); mend the file, for nothing after that place can be read.", e);
        }
    }
}
