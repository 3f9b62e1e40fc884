using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Grimoire.Training.Runs;

/// <summary>
/// Metrics as TensorBoard reads them: a file of records framed like TFRecord (length, masked CRC-32C of the length, data, masked CRC-32C of the data),
/// each a protocol-buffer message <c>Event { 1: wall_time, 2: step, 3: file_version, 5: Summary { 1: Value { 1: tag, 2: simple_value } } }</c>.
/// </summary>
internal sealed class EventFile : IDisposable
{
    private readonly FileStream stream;

    /// <summary>Replaces whatever events the folder holds.</summary>
    public EventFile(string folder, DateTime started)
    {
        Directory.CreateDirectory(folder);
        long seconds = (long)(started - DateTime.UnixEpoch).TotalSeconds;
        string name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{seconds:D10}.grimoire");
        stream = new FileStream(Path.Combine(folder, name), FileMode.Create, FileAccess.Write, FileShare.Read, 1);
        var version = new ProtobufMessage();
        version.Double(1, SecondsSinceEpoch(started));
        version.Text(3, "brain.Event:2");
        WriteRecord(version.Bytes);
    }

    public void Append(MetricRow row, DateTime time)
    {
        var summary = new ProtobufMessage();
        foreach ((string name, double value) in row.Values)
        {
            var entry = new ProtobufMessage();
            entry.Text(1, name);
            entry.Single(2, (float)value);
            summary.Message(1, entry);
        }

        var recorded = new ProtobufMessage();
        recorded.Double(1, SecondsSinceEpoch(time));
        recorded.Integer(2, row.Step);
        recorded.Message(5, summary);
        WriteRecord(recorded.Bytes);
    }

    public void Dispose() => stream.Dispose();

    private void WriteRecord(ReadOnlySpan<byte> data)
    {
        byte[] record = new byte[sizeof(ulong) + sizeof(uint) + data.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Crc32C.Masked(record.AsSpan(0, 8)));
        data.CopyTo(record.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), Crc32C.Masked(data));
        stream.Write(record);
    }

    private static double SecondsSinceEpoch(DateTime time) => (time - DateTime.UnixEpoch).TotalSeconds;
}

/// <summary>A protocol-buffer message under construction: fields of the four kinds an event needs.</summary>
internal sealed class ProtobufMessage
{
    private const int VarintWire = 0, Fixed64Wire = 1, LengthWire = 2, Fixed32Wire = 5;
    private readonly List<byte> bytes = [];

    public ReadOnlySpan<byte> Bytes => bytes.ToArray();

    public void Integer(int field, long value)
    {
        Key(field, VarintWire);
        Varint((ulong)value);
    }

    public void Double(int field, double value)
    {
        Key(field, Fixed64Wire);
        byte[] fixed64 = new byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(fixed64, value);
        bytes.AddRange(fixed64);
    }

    public void Single(int field, float value)
    {
        Key(field, Fixed32Wire);
        byte[] fixed32 = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(fixed32, value);
        bytes.AddRange(fixed32);
    }

    public void Text(int field, string value) => Run(field, Encoding.UTF8.GetBytes(value));

    public void Message(int field, ProtobufMessage value) => Run(field, value.Bytes);

    private void Run(int field, ReadOnlySpan<byte> value)
    {
        Key(field, LengthWire);
        Varint((ulong)value.Length);
        bytes.AddRange(value);
    }

    private void Key(int field, int wire) => Varint((ulong)((field << 3) | wire));

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }
}
