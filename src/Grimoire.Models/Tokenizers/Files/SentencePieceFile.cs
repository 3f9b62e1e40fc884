namespace Grimoire.Models.Tokenizers;

/// <summary>
/// Reads SentencePiece's <c>.model</c> files: a message of Protocol Buffers with the pieces and the settings of trainer and normalizer. What would
/// change ids and is not done here is refused.
/// </summary>
internal static class SentencePieceFile
{
    private const int Unigram = 1, Bpe = 2;

    /// <summary>Whether a file begins as these do: with a first piece (field 1, a message that begins with a text).</summary>
    public static bool Recognizes(ReadOnlySpan<byte> file) => file.Length > 3 && file[0] == 0x0A && file[1] < 0x80 && file[2] == 0x0A;

    public static SentencePieces Read(ReadOnlySpan<byte> file, string path)
    {
        List<ScoredPiece> pieces = [];
        var vocabulary = new SentencePieces { Source = path, Pieces = pieces, Unigram = true, Unknown = 0, BeginOfText = 1, EndOfText = 2 };
        for (var model = new Protobuf(file, path); model.Next();)
        {
            switch (model.Field)
            {
                case 1 when pieces.Count > TokenizerJson.LargestId:
                    throw new GrimoireException($"{path}: more than {pieces.Count} pieces are too many for a vocabulary.");
                case 1: pieces.Add(ReadPiece(model.Bytes(), path)); break;
                case 2: vocabulary = ReadTrainer(model.Bytes(), vocabulary); break;
                case 3: vocabulary = ReadNormalizer(model.Bytes(), vocabulary); break;
                case 5: RefuseDenormalizer(model.Bytes(), path); break;
            }
        }

        return vocabulary with
        {
            Unknown = Present(vocabulary.Unknown, PieceKind.Unknown),
            BeginOfText = Present(vocabulary.BeginOfText, PieceKind.Control),
            EndOfText = Present(vocabulary.EndOfText, PieceKind.Control),
        };

        // The defaults of the format name ids that a vocabulary need not have.
        int? Present(int? id, PieceKind kind) => id is { } index && (uint)index < (uint)pieces.Count && pieces[index].Kind == kind ? id : null;
    }

    private static ScoredPiece ReadPiece(ReadOnlySpan<byte> message, string path)
    {
        var piece = new ScoredPiece("", 0, PieceKind.Normal);
        for (var fields = new Protobuf(message, path); fields.Next();)
        {
            piece = fields.Field switch
            {
                1 => piece with { Text = fields.Text() },
                2 => piece with { Score = fields.Number() },
                3 => piece with { Kind = (PieceKind)fields.Int() },
                _ => piece,
            };
        }

        if (piece.Text.Length == 0 || !Enum.IsDefined(piece.Kind))
            throw new GrimoireException(
                $"{path}: the piece {piece.Text.Quoted()} of kind {(int)piece.Kind} is none that SentencePiece knows; the file is damaged or something else.");
        return piece;
    }

    private static SentencePieces ReadTrainer(ReadOnlySpan<byte> message, SentencePieces vocabulary)
    {
        for (var fields = new Protobuf(message, vocabulary.Source); fields.Next();)
        {
            vocabulary = fields.Field switch
            {
                3 => vocabulary with { Unigram = IsUnigram(fields.Int(), vocabulary.Source) },
                24 when fields.Flag() =>
                    throw new GrimoireException(
                        $"{vocabulary.Source}: the vocabulary writes spaces behind words (treat_whitespace_as_suffix), which is not supported."),
                35 => vocabulary with { ByteFallback = fields.Flag() },
                40 => vocabulary with { Unknown = fields.Int() },
                41 => vocabulary with { BeginOfText = fields.Int() },
                42 => vocabulary with { EndOfText = fields.Int() },
                44 => vocabulary with { UnknownSurface = fields.Text() },
                _ => vocabulary,
            };
        }

        return vocabulary;
    }

    private static bool IsUnigram(int kind, string path) => kind switch
    {
        Unigram => true,
        Bpe => false,
        _ => throw new GrimoireException($"{path}: the vocabulary is of kind {kind} (word or character); unigram (1) and BPE (2) are supported."),
    };

    private static SentencePieces ReadNormalizer(ReadOnlySpan<byte> message, SentencePieces vocabulary)
    {
        for (var fields = new Protobuf(message, vocabulary.Source); fields.Next();)
        {
            vocabulary = fields.Field switch
            {
                2 => vocabulary with { CharacterMap = fields.Bytes().ToArray() },
                3 => vocabulary with { AddDummyPrefix = fields.Flag() },
                4 => vocabulary with { RemoveExtraSpaces = fields.Flag() },
                5 => vocabulary with { EscapeSpaces = fields.Flag() },
                _ => vocabulary,
            };
        }

        return vocabulary;
    }

    private static void RefuseDenormalizer(ReadOnlySpan<byte> message, string path)
    {
        for (var fields = new Protobuf(message, path); fields.Next();)
        {
            if (fields.Field == 2 && !fields.Bytes().IsEmpty)
                throw new GrimoireException($"{path}: the vocabulary rewrites text after decoding (denormalizer_spec), which is not supported.");
        }
    }
}
