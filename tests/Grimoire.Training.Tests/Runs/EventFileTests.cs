using System.Buffers.Binary;
using System.Text;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Runs;

public sealed class EventFileTests
{
    /// <summary>RFC 3720, appendix B.4, and the check value of the CRC catalogue.</summary>
    [Fact]
    public void The_checksum_equals_the_published_ones()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
        uint crc = 0xE3069283;
        Assert.Equal(((crc >> 15) | (crc << 17)) + 0xA282EAD8u, Crc32C.Masked("123456789"u8));
    }

    [Fact]
    public void Events_parse_back()
    {
        using var scratch = new Scratch();
        DateTime started = DateTime.UnixEpoch.AddSeconds(1_700_000_000.25);
        using (var file = new EventFile(scratch.Folder, started))
        {
            file.Append(new MetricRow(1, ("loss", 4.25), ("lr", 0.001)), started.AddSeconds(1.5));
            file.Append(new MetricRow(300, ("val_loss", double.NaN)), started.AddSeconds(2));
        }

        string path = Assert.Single(Directory.GetFiles(scratch.Folder));
        Assert.Equal("events.out.tfevents.1700000000.grimoire", Path.GetFileName(path));
        string[] events = [.. Records(File.ReadAllBytes(path)).Select(message => Show(message, depth: 0))];
        Assert.Equal(
            [
                "1=1700000000.25 3='brain.Event:2' ",
                "1=1700000001.75 2=1 5={1={1='loss' 2=4.25 } 1={1='lr' 2=0.001 } } ",
                "1=1700000002.25 2=300 5={1={1='val_loss' 2=NaN } } ",
            ], events);
    }

    private static IEnumerable<byte[]> Records(byte[] file)
    {
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Crc32C.Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            byte[] data = file[(at + 12)..(at + 12 + length)];
            Assert.Equal(Crc32C.Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            yield return data;
            at += length + 16;
        }
    }

    /// <summary>A protocol-buffer message as text; length-delimited fields named as messages in the schema are opened.</summary>
    private static string Show(byte[] message, int depth)
    {
        var text = new StringBuilder();
        for (int at = 0; at < message.Length;)
        {
            ulong key = Varint(message, ref at);
            (int field, int wire) = ((int)(key >> 3), (int)(key & 7));
            text.Append(field).Append('=');
            switch (wire)
            {
                case 0: text.Append(Varint(message, ref at)); break;
                case 1: text.Append(BinaryPrimitives.ReadDoubleLittleEndian(message.AsSpan(at))); at += 8; break;
                case 5: text.Append(BinaryPrimitives.ReadSingleLittleEndian(message.AsSpan(at))); at += 4; break;
                default:
                    int length = (int)Varint(message, ref at);
                    byte[] inner = message[at..(at + length)];
                    bool isMessage = (depth == 0 && field == 5) || (depth == 1 && field == 1);
                    text.Append(isMessage ? "{" + Show(inner, depth + 1) + "}" : $"'{Encoding.UTF8.GetString(inner)}'");
                    at += length;
                    break;
            }

            text.Append(' ');
        }

        return text.ToString();
    }

    private static ulong Varint(byte[] bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = bytes[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
    }
}
