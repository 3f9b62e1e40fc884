using System.Text.Json;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>Preferences between a model's own answers, as stated by somebody who goes by a known reward but errs now and then.</summary>
internal static class NoisyPairs
{
    /// <summary>A pair for each prompt whose two answers differ in words and reward, up to so many.</summary>
    /// <param name="rollouts">Two answers to each prompt, one behind the other.</param>
    /// <param name="gold">The known reward of each answer.</param>
    /// <param name="noise">The share of pairs that are stated the wrong way round.</param>
    /// <param name="count">The most pairs.</param>
    /// <param name="seed">Chooses which.</param>
    public static IReadOnlyList<PreferenceExample> Of(IReadOnlyList<Rollout> rollouts, double[] gold, double noise, int count, ulong seed)
    {
        var pairs = new List<PreferenceExample>();
        for (int i = 0; i + 1 < rollouts.Count && pairs.Count < count; i += 2)
        {
            (Rollout better, Rollout worse) = gold[i] > gold[i + 1] ? (rollouts[i], rollouts[i + 1]) : (rollouts[i + 1], rollouts[i]);
            if (gold[i] == gold[i + 1] || better.Text == worse.Text || string.IsNullOrWhiteSpace(better.Text) || string.IsNullOrWhiteSpace(worse.Text))
                continue;
            if (CountedRandom.Uniform(seed, (ulong)i) < noise)
                (better, worse) = (worse, better);
            pairs.Add(new PreferenceExample(better.Prompt.Prompt, new Passage(better.Text), new Passage(worse.Text)));
        }

        return pairs;
    }

    /// <summary>Writes pairs as lines with <c>prompt</c>, <c>chosen</c> and <c>rejected</c>.</summary>
    /// <exception cref="GrimoireException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<PreferenceExample> pairs) => AtomicFile.Write(path, stream =>
    {
        foreach (PreferenceExample pair in pairs)
        {
            using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JsonLines.Encoder }))
            {
                json.WriteStartObject();
                json.WritePropertyName("prompt");
                (pair.Prompt.Messages ?? (System.Text.Json.Nodes.JsonNode)pair.Prompt.Text!).WriteTo(json);
                json.WriteString("chosen", pair.Chosen.Text);
                json.WriteString("rejected", pair.Rejected.Text);
                json.WriteEndObject();
            }

            stream.WriteByte((byte)'\n');
        }
    });
}
