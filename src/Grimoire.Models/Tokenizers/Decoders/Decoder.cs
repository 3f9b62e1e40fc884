using System.Globalization;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// How pieces become text again: what the chain of decoders in a tokenizer file does to each piece, between pieces, and to the ends of the
/// whole text. Every step can be done on pieces that arrive one by one.
/// </summary>
internal sealed record Decoder
{
    /// <summary>Pieces spell bytes in GPT-2's alphabet.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>Pieces such as &lt;0x0A&gt; are bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>What happens to each piece, in order.</summary>
    public IReadOnlyList<PieceStep> Steps { get; init; } = [];

    /// <summary>What stands between two pieces.</summary>
    public string Separator { get; init; } = "";

    /// <summary>Of equal pieces in a row only the first counts (CTC).</summary>
    public bool Distinct { get; init; }

    /// <summary>How many leading copies of <see cref="Stripped"/> the text loses.</summary>
    public int StripStart { get; init; }

    /// <summary>How many trailing copies of <see cref="Stripped"/> the text loses.</summary>
    public int StripEnd { get; init; }

    /// <summary>The character that <see cref="StripStart"/> and <see cref="StripEnd"/> count.</summary>
    public char Stripped { get; init; } = ' ';

    /// <summary>The bytes of text that a piece stands for.</summary>
    /// <param name="piece">The piece as the file spells it.</param>
    /// <param name="first">It is the first of a text.</param>
    /// <param name="verbatim">It spells no bytes: an added token.</param>
    public byte[] Bytes(string piece, bool first, bool verbatim = false)
    {
        if (!verbatim && ByteFallback && TryReadByte(piece, out byte value))
            return [value];
        foreach (PieceStep step in Steps)
            piece = step.Apply(piece, first);
        var bytes = new byte[piece.Length];
        return !verbatim && ByteLevel && ByteAlphabet.TryDecode(piece, bytes) ? bytes : Encoding.UTF8.GetBytes(piece);
    }

    private static bool TryReadByte(string piece, out byte value)
    {
        value = 0;
        return piece.Length == 6 && piece.StartsWith("<0x", StringComparison.Ordinal) && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
