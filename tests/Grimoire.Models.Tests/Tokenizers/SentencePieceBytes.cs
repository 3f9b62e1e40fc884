using System.Text;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Tokenizers;

/// <summary>Writes small SentencePiece files, so that the tests need none.</summary>
internal static class SentencePieceBytes
{
    /// <summary>A vocabulary that begins with &lt;unk&gt;, &lt;s&gt;, &lt;/s&gt; and, if asked, the bytes.</summary>
    public static byte[] Model(bool unigram, bool bytes, IEnumerable<ScoredPiece> pieces, byte[]? normalizer = null, byte[]? trainer = null)
    {
        List<ScoredPiece> all = [new("<unk>", 0, PieceKind.Unknown), new("<s>", 0, PieceKind.Control), new("</s>", 0, PieceKind.Control)];
        if (bytes)
            all.AddRange(Enumerable.Range(0, 256).Select(value => new ScoredPiece(Bpe.ByteName((byte)value), 0, PieceKind.Byte)));
        all.AddRange(pieces);
        return
        [
            .. all.SelectMany(piece => Message(1, [.. Message(1, Encoding.UTF8.GetBytes(piece.Text)), .. Number(2, piece.Score), .. Integer(3, (int)piece.Kind)])),
            .. Message(2, [.. Integer(3, unigram ? 1 : 2), .. Integer(35, bytes ? 1 : 0), .. trainer ?? []]),
            .. Message(3, normalizer ?? Integer(4, 0)),
        ];
    }

    /// <summary>A small BPE vocabulary with bytes, a user-defined piece and an unused one.</summary>
    public static byte[] SmallBpe(byte[]? normalizer = null) => Model(unigram: false, bytes: true,
    [
        new("ab", -1, PieceKind.Normal), new("▁ab", -2, PieceKind.Normal), new("▁a", -3, PieceKind.Normal), new("▁", -4, PieceKind.Normal),
        new("a", -5, PieceKind.Normal), new("b", -6, PieceKind.Normal), new("<U>", 0, PieceKind.UserDefined), new("ba", 0, PieceKind.Unused),
    ], normalizer);

    public static byte[] Message(int field, byte[] content) => [.. Varint((ulong)(field << 3 | 2)), .. Varint((ulong)content.Length), .. content];

    public static byte[] Integer(int field, long value) => [.. Varint((ulong)(field << 3)), .. Varint((ulong)value)];

    public static byte[] Number(int field, float value) => [.. Varint((ulong)(field << 3 | 5)), .. BitConverter.GetBytes(value)];

    private static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
