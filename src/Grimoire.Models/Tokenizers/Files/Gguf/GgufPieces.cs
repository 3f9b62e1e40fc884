using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Models.Formats;

namespace Grimoire.Models.Tokenizers;

/// <summary>The tokens of a GGUF file by id, checked, and the ids that have a meaning.</summary>
internal sealed class GgufPieces
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    public GgufPieces(GgufMetadata metadata)
    {
        Metadata = metadata;
        IReadOnlyList<string> texts = metadata.Texts(GgufKeys.Tokens) ?? throw metadata.Refusal(GgufKeys.Tokens, "without tokens there is no vocabulary");
        if (texts.Count is 0 or > TokenizerJson.LargestId)
            throw metadata.Refusal(GgufKeys.Tokens, $"from 1 to {TokenizerJson.LargestId} tokens are possible");
        float[] scores = Checked(metadata.Floats(GgufKeys.Scores), GgufKeys.Scores, texts.Count) ?? new float[texts.Count];
        int[]? kinds = Checked(metadata.Ints(GgufKeys.Types), GgufKeys.Types, texts.Count);
        Pieces = [.. texts.Select((text, id) =>
            new ScoredPiece(text.Length > 0 ? text : EmptyName(id), scores[id], kinds is null ? PieceKind.Normal : Kind(kinds[id])))];
        if (scores.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            throw metadata.Refusal(GgufKeys.Scores, "finite numbers are expected");
        foreach ((string key, string name) in GgufKeys.Ids)
        {
            if (ReadId(key) is { } id)
                _ids[name] = id;
        }

        int length = Pieces.Length;
        while (length > 0 && IsFiller(length - 1) && !_ids.ContainsValue(length - 1))
            length--;
        Pieces = Pieces[..length];
    }

    public GgufMetadata Metadata { get; }

    /// <summary>The tokens, without those that fill up the end.</summary>
    public ScoredPiece[] Pieces { get; }

    /// <summary>The id of a token by its name in <c>tokenizer_config.json</c>, such as <c>bos_token</c>.</summary>
    public int? Id(string name) => _ids.TryGetValue(name, out int id) ? id : null;

    public string? Text(string name) => Id(name) is { } id ? Pieces[id].Text : null;

    /// <summary>Whether an id only makes the vocabulary as long as the model's embedding: no text becomes it, and it has no name of its own.</summary>
    public bool IsFiller(int id) => Pieces[id].Kind == PieceKind.Unused && Pieces[id].Text == FillerName(id);

    public static string FillerName(int id) => string.Create(CultureInfo.InvariantCulture, $"[PAD{id}]");

    /// <summary>What the file says that a tokenizer's configuration would say.</summary>
    public TokenizerSettings Settings()
    {
        var config = new JsonObject();
        foreach ((string name, int id) in _ids)
            config[name] = Pieces[id].Text;
        return new TokenizerSettings
        {
            BeginOfText = Text("bos_token"),
            EndOfText = Text("eos_token"),
            TurnEnds = [.. ((string[])["eot_token", "eom_token"]).Select(Text).OfType<string>()],
            AddBeginOfText = Flag(GgufKeys.AddBegin),
            AddEndOfText = Flag(GgufKeys.AddEnd),
            Json = config.ToJsonString(),
        };
    }

    public bool? Flag(string key) => Metadata.Has(key) ? Metadata.Flag(key) : null;

    private int? ReadId(string key)
    {
        if (!Metadata.Has(key))
            return null;
        double id = Metadata.Number(key);
        // Some files say "none" with the largest number of 32 bits.
        if (id is -1 or uint.MaxValue)
            return null;
        return id >= 0 && id < Pieces.Length ? (int)id : throw Metadata.Refusal(key, $"there are only {Pieces.Length} tokens");
    }

    private T[]? Checked<T>(T[]? values, string key, int count) =>
        values is null || values.Length == count ? values : throw Metadata.Refusal(key, $"there are {count} tokens and {values.Length} of these");

    private PieceKind Kind(int number) => number switch
    {
        0 => PieceKind.Normal,
        _ when Enum.IsDefined((PieceKind)number) => (PieceKind)number,
        _ => throw Metadata.Refusal(GgufKeys.Types, $"{number} is no kind of token; 1 to 6 are"),
    };

    private static string EmptyName(int id) => string.Create(CultureInfo.InvariantCulture, $"[EMPTY_{id}]");
}
