using System.Buffers.Binary;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// llama2.c's format: the longest piece's length, then for each id a float32 score, the length and the bytes of its piece (spaces as they are).
/// A SentencePiece BPE with &lt;unk&gt;, &lt;s&gt;, &lt;/s&gt; and the bytes as ids 0, 1, 2 and 3 to 258.
/// </summary>
internal static class Llama2cFile
{
    public static Tokenizer Load(string path)
    {
        byte[] file = VocabularyFile.ReadBytes(path);
        List<ScoredPiece> pieces = [];
        for (int at = 4; at < file.Length;)
        {
            int length = file.Length - at >= 8 ? BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4)) : -1;
            if (length < 0 || length > file.Length - at - 8 || pieces.Count > TokenizerJson.LargestId)
                throw new GrimoireException($"{path}: piece {pieces.Count} runs past the end of the file; is this a tokenizer of llama2.c?");
            string piece = Encoding.UTF8.GetString(file, at + 8, length).Replace(' ', Bpe.Metaspace);
            pieces.Add(new ScoredPiece(piece, BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(at)), PieceKind.Normal));
            at += 8 + length;
        }

        const int Bytes = 3, Ordinary = Bytes + 256;
        if (pieces.Count < Ordinary)
            throw new GrimoireException(
                $"{path}: {pieces.Count} pieces are too few for a tokenizer of llama2.c, which begins with 3 special ones and 256 bytes.");
        for (int id = 0; id < Ordinary; id++)
        {
            PieceKind kind = id == 0 ? PieceKind.Unknown : id < Bytes ? PieceKind.Control : PieceKind.Byte;
            pieces[id] = pieces[id] with { Kind = kind, Text = id switch { 0 => "<unk>", 1 => "<s>", 2 => "</s>", _ => pieces[id].Text } };
        }

        var vocabulary = new SentencePieces
        {
            Source = path,
            Pieces = pieces,
            ByteFallback = true,
            RemoveExtraSpaces = false,
            Unknown = 0,
            BeginOfText = 1,
            EndOfText = 2,
        };
        return SentencePieceTokenizer.Build(vocabulary, new TokenizerSettings(), []);
    }
}
