using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Grimoire.Models.Formats;

/// <summary>
/// The keys and values at the head of a GGUF file, in their order. Whatever is missing or of the wrong type is named with its place. Long arrays stay in
/// the mapped file until asked for. It remembers which keys were asked for, so that those nobody understands can be named too.
/// </summary>
public sealed class GgufMetadata
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly OrderedDictionary<string, GgufValue> values;
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);
    private readonly string source;

    internal GgufMetadata(OrderedDictionary<string, GgufValue> values, string source) => (this.values, this.source) = (values, source);

    /// <summary>The keys, in their order.</summary>
    public IEnumerable<string> Keys => values.Keys;

    /// <summary>Keys with their values, in their order.</summary>
    public IEnumerable<KeyValuePair<string, GgufValue>> Pairs => values;

    /// <summary>Keys that nobody asked for.</summary>
    public IReadOnlyCollection<string> Unasked => [.. values.Keys.Where(key => !asked.Contains(key))];

    /// <summary>Metadata to be written.</summary>
    /// <exception cref="GrimoireException">A key comes twice.</exception>
    public static GgufMetadata Of(IEnumerable<KeyValuePair<string, GgufValue>> pairs)
    {
        var all = new OrderedDictionary<string, GgufValue>(StringComparer.Ordinal);
        foreach ((string key, GgufValue value) in pairs)
        {
            if (!all.TryAdd(key, value))
                throw new GrimoireException($"GGUF metadata: {key} comes twice; keep one of the two.");
        }

        return new GgufMetadata(all, "GGUF metadata");
    }

    /// <summary>Whether a key is there.</summary>
    public bool Has(string key) => Find(key, out _);

    /// <summary>The value of a key as it is; null where there is none.</summary>
    public GgufValue? Value(string key) => Find(key, out GgufValue? value) ? value : null;

    /// <summary>A text.</summary>
    /// <exception cref="GrimoireException">It is missing and there is no fallback, or it is no text.</exception>
    public string Text(string key, string? fallback = null)
    {
        if (!Find(key, out GgufValue? value))
            return fallback ?? throw Missing(key);
        return value.Type == GgufType.String ? Decoded(key, value)[0] : throw Refusal(key, "a text is expected");
    }

    /// <summary>A whole number of 32 bits.</summary>
    /// <exception cref="GrimoireException">It is missing and there is no fallback, or it is no such number.</exception>
    public int Int(string key, int? fallback = null)
    {
        if (!Find(key, out GgufValue? value))
            return fallback ?? throw Missing(key);
        return value.Type == GgufType.Array ? throw Refusal(key, "a single number is expected") : WholeNumbers(key, value)[0];
    }

    /// <summary>A finite number.</summary>
    /// <exception cref="GrimoireException">It is missing and there is no fallback, or it is no such number.</exception>
    public double Number(string key, double? fallback = null)
    {
        if (!Find(key, out GgufValue? value))
            return fallback ?? throw Missing(key);
        return value.Type != GgufType.Array && value.Decode(GgufValue.Number)[0] is { } number && double.IsFinite(number)
            ? number
            : throw Refusal(key, "a number is expected");
    }

    /// <summary>True or false.</summary>
    /// <exception cref="GrimoireException">It is missing and there is no fallback, or it is neither.</exception>
    public bool Flag(string key, bool? fallback = null)
    {
        if (!Find(key, out GgufValue? value))
            return fallback ?? throw Missing(key);
        return value.Type == GgufType.Bool ? value.Bytes[0] != 0 : throw Refusal(key, "true or false is expected");
    }

    /// <summary>A list of texts, decoded now; null where there is none.</summary>
    /// <exception cref="GrimoireException">It is something else.</exception>
    public IReadOnlyList<string>? Texts(string key) =>
        List(key, GgufType.String, "a list of texts") is { } value ? Decoded(key, value) : null;

    /// <summary>A list of whole numbers of 32 bits, decoded now; null where there is none.</summary>
    /// <exception cref="GrimoireException">It is something else.</exception>
    public int[]? Ints(string key) => List(key, null, "a list of whole numbers") is { } value ? WholeNumbers(key, value) : null;

    /// <summary>A list of numbers, decoded now; null where there is none.</summary>
    /// <exception cref="GrimoireException">It is something else.</exception>
    public float[]? Floats(string key) => List(key, null, "a list of numbers")?.Decode(
        (type, bytes) => GgufValue.Number(type, bytes) is { } number ? (float)number : throw Refusal(key, "a list of numbers is expected"));

    /// <summary>A list of truths, decoded now; null where there is none.</summary>
    /// <exception cref="GrimoireException">It is something else.</exception>
    public bool[]? Flags(string key) => List(key, GgufType.Bool, "a list of truths")?.Decode((_, bytes) => bytes[0] != 0);

    /// <summary>An error about a key that has a value nobody understands.</summary>
    public GrimoireException Refusal(string key, string why) =>
        new($"{source}: {key}{(values.TryGetValue(key, out GgufValue? value) ? $" is {value}" : "")}: {why}.");

    private bool Find(string key, [MaybeNullWhen(false)] out GgufValue value)
    {
        asked.Add(key);
        return values.TryGetValue(key, out value);
    }

    private GgufValue? List(string key, GgufType? element, string expected)
    {
        if (!Find(key, out GgufValue? value))
            return null;
        bool fits = value.Type == GgufType.Array && value.ElementType is var held && held != GgufType.Array && (element is null || held == element);
        return fits ? value : throw Refusal(key, $"{expected} is expected");
    }

    private string[] Decoded(string key, GgufValue value)
    {
        try
        {
            return value.Decode((_, bytes) => Strict.GetString(bytes));
        }
        catch (DecoderFallbackException e)
        {
            throw new GrimoireException($"{source}: {key} holds bytes that are no text; the file is damaged.", e);
        }
    }

    private int[] WholeNumbers(string key, GgufValue value) => value.Decode(
        (type, bytes) => GgufValue.Integer(type, bytes) is { } number && number >= int.MinValue && number <= int.MaxValue
            ? (int)number
            : throw Refusal(key, "whole numbers of 32 bits are expected"));

    private GrimoireException Missing(string key) => new($"{source}: {key} is missing.");
}
