using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// The fields of one message in the wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding): a varint of number and
/// wire type, then the value. Every length is checked against the bytes that are there.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct Protobuf(ReadOnlySpan<byte> message, string file)
{
    private const int Varint = 0, Fixed64 = 1, Delimited = 2, Fixed32 = 5;
    private ReadOnlySpan<byte> _rest = message;
    private ReadOnlySpan<byte> _bytes;
    private ulong _value;
    private int _type;

    /// <summary>The number of the field just read.</summary>
    public int Field { get; private set; }

    /// <summary>Goes on to the next field; false at the end of the message.</summary>
    /// <exception cref="GrimoireException">The message is broken.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;
        ulong tag = ReadVarint();
        (Field, _type) = (tag >> 3 is > 0 and <= int.MaxValue ? (int)(tag >> 3) : throw Broken(), (int)(tag & 7));
        switch (_type)
        {
            case Varint: _value = ReadVarint(); break;
            case Fixed64: _value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8)); break;
            case Fixed32: _value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4)); break;
            case Delimited: _bytes = Take(ReadVarint()); break;
            default: throw Broken();
        }

        return true;
    }

    /// <summary>The field as bytes: a string or a message.</summary>
    public readonly ReadOnlySpan<byte> Bytes() => _type == Delimited ? _bytes : throw Wrong("bytes");

    /// <summary>The field as text.</summary>
    public readonly string Text() => Utf8.IsValid(Bytes()) ? Encoding.UTF8.GetString(_bytes) : throw Wrong("valid UTF-8");

    /// <summary>The field as an int32, where a negative one is ten bytes long.</summary>
    public readonly int Int() => _type == Varint ? (int)_value : throw Wrong("a whole number");

    /// <summary>The field as a bool.</summary>
    public readonly bool Flag() => _type == Varint ? _value != 0 : throw Wrong("true or false");

    /// <summary>The field as a float that is a number.</summary>
    public readonly float Number()
    {
        float number = _type == Fixed32 ? BitConverter.UInt32BitsToSingle((uint)_value) : throw Wrong("a 32-bit number");
        return float.IsFinite(number) ? number : throw Wrong("a finite number");
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }

        throw Broken();
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw Broken();
        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private readonly GrimoireException Broken() => new($"{file}: this is no whole SentencePiece model; it is truncated, damaged or something else.");

    private readonly GrimoireException Wrong(string expected) =>
        new($"{file}: field {Field} of the SentencePiece model is not {expected}; the file is damaged or something else.");
}
