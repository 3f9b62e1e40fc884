using System.Globalization;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>How pieces become text again: what the chain of decoders in a tokenizer file does to one piece, and to the text's beginning.</summary>
internal sealed record Decoder
{
    /// <summary>Pieces spell bytes in GPT-2's alphabet.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>Pieces such as &lt;0x0A&gt; are bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Strings replaced within each piece, in order.</summary>
    public IReadOnlyList<(string Pattern, string Content)> Replacements { get; init; } = [];

    /// <summary>What stands between two pieces.</summary>
    public string Separator { get; init; } = "";

    /// <summary>How many leading copies of <see cref="Stripped"/> the text loses.</summary>
    public int StripStart { get; init; }

    /// <summary>The character that <see cref="StripStart"/> counts.</summary>
    public char Stripped { get; init; } = ' ';

    /// <summary>The bytes of text that a piece stands for.</summary>
    public byte[] Bytes(string piece)
    {
        if (ByteFallback && TryReadByte(piece, out byte value))
            return [value];
        var bytes = new byte[piece.Length];
        if (ByteLevel && ByteAlphabet.TryDecode(piece, bytes))
            return bytes;
        foreach ((string pattern, string content) in Replacements)
            piece = piece.Replace(pattern, content, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(piece);
    }

    private static bool TryReadByte(string piece, out byte value)
    {
        value = 0;
        return piece.Length == 6 && piece.StartsWith("<0x", StringComparison.Ordinal) && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
