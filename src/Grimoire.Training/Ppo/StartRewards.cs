using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Training;

/// <summary>What the model earned before it learned, by both rewards, and what the best of n of its answers does.</summary>
/// <param name="Proxy">Mean and deviation of the proxy over all answers.</param>
/// <param name="Gold">The same of the reward that is meant.</param>
/// <param name="Best">The best of n = 1, 2, 4, ….</param>
internal sealed record StartRewards((double Mean, double Deviation) Proxy, (double Mean, double Deviation) Gold, IReadOnlyList<RewardPoint> Best)
{
    /// <summary>Measures them.</summary>
    /// <param name="proxy">The reward that chooses, a prompt's answers one behind the other.</param>
    /// <param name="gold">The reward that is meant.</param>
    /// <param name="perPrompt">Answers to each prompt.</param>
    public static StartRewards Of(double[] proxy, double[] gold, int perPrompt)
    {
        var best = new List<RewardPoint>();
        for (int n = 1; n <= perPrompt; n *= 2)
            best.Add(new RewardPoint(BestOfN.Divergence(n), Mean(proxy, n), Mean(gold, n)));
        return new StartRewards(Moments(proxy), Moments(gold), best);

        double Mean(double[] scores, int n) => Enumerable.Range(0, proxy.Length / perPrompt)
            .Average(i => BestOfN.Expected(proxy.AsSpan(i * perPrompt, perPrompt), scores.AsSpan(i * perPrompt, perPrompt), n));
    }

    /// <summary>A point in deviations from the mean at the start, so that rewards of different scales can be seen side by side.</summary>
    public RewardPoint Standard(RewardPoint point) =>
        point with { Proxy = (point.Proxy - Proxy.Mean) / Proxy.Deviation, Gold = (point.Gold - Gold.Mean) / Gold.Deviation };

    /// <summary>Writes them as JSON.</summary>
    /// <exception cref="GrimoireException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.WriteText(path, new JsonObject
    {
        ["proxy_mean"] = Proxy.Mean,
        ["proxy_deviation"] = Proxy.Deviation,
        ["gold_mean"] = Gold.Mean,
        ["gold_deviation"] = Gold.Deviation,
        ["best_of_n"] = new JsonArray([.. Best.Select(p => new JsonObject { ["kl"] = p.Kl, ["proxy"] = p.Proxy, ["gold"] = p.Gold })]),
    }.ToJsonString());

    /// <summary>Reads them back; null where there are none or the file is damaged.</summary>
    public static StartRewards? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            JsonNode json = JsonNode.Parse(File.ReadAllBytes(path))!;
            double Number(string name) => json[name]!.GetValue<double>();
            return new StartRewards(
                (Number("proxy_mean"), Number("proxy_deviation")),
                (Number("gold_mean"), Number("gold_deviation")),
                [.. json["best_of_n"]!.AsArray().Select(p =>
                    new RewardPoint(p!["kl"]!.GetValue<double>(), p["proxy"]!.GetValue<double>(), p["gold"]!.GetValue<double>()))]);
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Mean and deviation; a deviation of 0 counts as 1.</summary>
    private static (double Mean, double Deviation) Moments(double[] values)
    {
        double mean = values.Average(), deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        return (mean, deviation > 0 ? deviation : 1);
    }
}
