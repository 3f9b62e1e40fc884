using System.Runtime.InteropServices;

namespace Grimoire.Models.Tokenizers;

/// <summary>What a piece of a SentencePiece vocabulary is; the numbers are those of its files and of GGUF's.</summary>
internal enum PieceKind
{
    /// <summary>Text.</summary>
    Normal = 1,

    /// <summary>What stands for text without a piece.</summary>
    Unknown = 2,

    /// <summary>A sign for the model that no text becomes.</summary>
    Control = 3,

    /// <summary>Text that is always one token.</summary>
    UserDefined = 4,

    /// <summary>A piece that no text becomes.</summary>
    Unused = 5,

    /// <summary>A byte of a character without a piece.</summary>
    Byte = 6,
}

/// <summary>A piece, the score by which it competes with others, and what it is.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScoredPiece(string Text, float Score, PieceKind Kind);

/// <summary>
/// A SentencePiece vocabulary (Kudo and Richardson 2018), from whichever file it came: the pieces by id, how a text is prepared, which ids
/// are special.
/// </summary>
internal sealed record SentencePieces
{
    /// <summary>The file, for messages.</summary>
    public required string Source { get; init; }

    public required IReadOnlyList<ScoredPiece> Pieces { get; init; }

    /// <summary>The likeliest pieces win (Kudo 2018); else the best neighbours merge (BPE).</summary>
    public bool Unigram { get; init; }

    /// <summary>Characters without a piece become bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Replacements of characters, compiled to a trie and its strings; empty where there are none.</summary>
    public byte[] CharacterMap { get; init; } = [];

    /// <summary>A space is put before the text.</summary>
    public bool AddDummyPrefix { get; init; } = true;

    /// <summary>Runs of spaces become one, none stays at the ends.</summary>
    public bool RemoveExtraSpaces { get; init; } = true;

    /// <summary>Spaces are written ▁ in pieces.</summary>
    public bool EscapeSpaces { get; init; } = true;

    /// <summary>The text for which the unknown piece is decoded.</summary>
    public string UnknownSurface { get; init; } = " \u2047 ";

    public int? Unknown { get; init; }

    public int? BeginOfText { get; init; }

    public int? EndOfText { get; init; }

    /// <summary>Whether the begin of text is put before a text; null where the file does not say.</summary>
    public bool? AddBeginOfText { get; init; }

    /// <summary>Whether the end of text is put after a text; null where the file does not say.</summary>
    public bool? AddEndOfText { get; init; }
}
