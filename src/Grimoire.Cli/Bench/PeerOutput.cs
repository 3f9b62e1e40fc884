using System.Text.Json;

namespace Grimoire.Cli.Bench;

/// <summary>What a figure is called in a peer's output.</summary>
/// <param name="Prompt">Tokens of a prompt that is read; 0 for another figure.</param>
/// <param name="Decodes">Whether tokens are written.</param>
/// <param name="Sequences">Sequences at once.</param>
/// <param name="Trains">Whether tokens are trained on.</param>
internal readonly record struct PeerKey(int Prompt = 0, bool Decodes = false, int Sequences = 1, bool Trains = false)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Trains ? "a training step (tokens_s)"
        : !Decodes ? $"a prompt of {Prompt} (n_prompt)"
        : Sequences > 1 ? $"decoding {Sequences} sequences" : "decoding (n_gen)";
}

/// <summary>
/// The JSON that a peer prints: llama-bench's <c>-o json</c> and <c>-o jsonl</c>, that is objects with <c>n_prompt</c>, <c>n_gen</c> and <c>avg_ts</c>, or
/// objects with <c>tokens_s</c>, alone or in an array. What is printed around it does not matter.
/// </summary>
internal static class PeerOutput
{
    /// <summary>Tokens a second of each figure in it.</summary>
    /// <exception cref="GrimoireException">There is no such JSON.</exception>
    public static IReadOnlyDictionary<PeerKey, double> Parse(string output, string command)
    {
        var found = new Dictionary<PeerKey, double>();
        foreach (JsonElement element in Objects(output))
        {
            if (Number(element, "avg_ts") is { } speed && Key(element) is { } key)
                found[key] = Positive(speed, command);
            else if (Number(element, "tokens_s") is { } trained)
                found[new PeerKey(Trains: true)] = Positive(trained, command);
        }

        return found.Count > 0 ? found : throw new GrimoireException(
            $"--against: \"{command}\" printed no JSON that is understood (objects with n_prompt, " +
            $"n_gen and avg_ts as llama-bench prints, or with tokens_s); it printed: {Shown(output)}");
    }

    private static double Positive(double speed, string command) => double.IsFinite(speed) && speed > 0
        ? speed
        : throw new GrimoireException(FormattableString.Invariant($"--against: \"{command}\" says that it does {speed} tokens a second, which is no speed."));

    /// <summary>What an object of llama-bench's tells of; null for what is no figure here, such as tokens behind a long prompt.</summary>
    private static PeerKey? Key(JsonElement element)
    {
        int prompt = (int)(Number(element, "n_prompt") ?? 0), written = (int)(Number(element, "n_gen") ?? 0), sequences = (int)(Number(element, "n_seqs") ?? 1);
        if (Number(element, "n_depth") is > 0 || (prompt > 0) == (written > 0))
            return null;
        return prompt > 0 ? new PeerKey(Prompt: prompt) : new PeerKey(Decodes: true, Sequences: sequences);
    }

    private static double? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>The objects of the first text that is JSON: an array, or objects one after the other.</summary>
    private static List<JsonElement> Objects(string output)
    {
        var objects = new List<JsonElement>();
        ReadOnlySpan<byte> bytes = System.Text.Encoding.UTF8.GetBytes(output);
        while (true)
        {
            int at = bytes.IndexOfAny((byte)'[', (byte)'{');
            if (at < 0)
                return objects;
            bytes = bytes[at..];
            var reader = new Utf8JsonReader(bytes, isFinalBlock: true, state: default);
            try
            {
                // A copy: what is behind the value is read on its own.
                if (JsonElement.TryParseValue(ref reader, out JsonElement? value) && value is { } element)
                    objects.AddRange(element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().Where(IsObject) : [element]);
                bytes = bytes[(int)reader.BytesConsumed..];
            }
            catch (JsonException)
            {
                bytes = bytes[1..];
            }
        }
    }

    private static bool IsObject(JsonElement element) => element.ValueKind == JsonValueKind.Object;

    private static string Shown(string output) => output.Trim().Length == 0 ? "nothing" : Sentences.OneLine(output.Trim(), 200);
}
