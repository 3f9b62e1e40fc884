namespace Grimoire.Models.Adapters;

/// <summary>Which linear layers of a model an adapter's words mean.</summary>
internal static class AdapterTargets
{
    /// <summary>All linear layers of the blocks but routers.</summary>
    public const string AllLinear = "all-linear";

    private const string Router = "router";

    /// <summary>Every linear layer of the blocks, in order.</summary>
    public static IEnumerable<Linear> Linears(Transformer model) => model.Blocks.SelectMany(Linears);

    /// <summary>Every projection of all experts, in order.</summary>
    public static IEnumerable<ExpertLinears> Experts(Transformer model) =>
        model.Blocks.Select(block => block.Mixture).OfType<MixtureOfExperts>()
            .SelectMany(mixture => (ExpertLinears[])[mixture.Gates, mixture.Ups, mixture.Downs]);

    /// <summary>The layers that an adapter changes, in the model's order.</summary>
    /// <exception cref="GrimoireException">A word means no layer of this model.</exception>
    public static IReadOnlyList<Linear> Resolve(Transformer model, AdapterConfig config)
    {
        IReadOnlyList<string> words = config.Targets.Count > 0 ? config.Targets : config.Kind == AdapterKind.Ia3 ? ["k", "v", "down"] : [AllLinear];
        Linear[] all = [.. Linears(model)];
        if (words.FirstOrDefault(word => !all.Any(linear => Means(word, linear))) is { } unknown)
        {
            throw new GrimoireException(
                $"adapter: target \"{unknown}\" names no layer of this {model.Config.Family} model; " +
                $"known are {string.Join(", ", all.Select(Kind).Distinct())} and {AllLinear}.");
        }

        return [.. all.Where(linear => words.Any(word => Means(word, linear)))];
    }

    /// <summary>Whether one of some words means a layer.</summary>
    public static bool Mean(IReadOnlyList<string> words, Linear linear) => words.Any(word => Means(word, linear));

    /// <summary>The last part of a layer's name, as in <c>q</c>.</summary>
    public static string Kind(Linear linear) => linear.Name[(linear.Name.LastIndexOf('.') + 1)..];

    private static bool Means(string word, Linear linear) =>
        word == Kind(linear) || word == linear.Name || (word == AllLinear && Kind(linear) != Router);

    private static IEnumerable<Linear> Linears(Block block)
    {
        Attention attention = block.Attention;
        IEnumerable<Linear> own = [attention.Query, attention.Key, attention.Value, attention.Output];
        return block.Mixture is { } mixture ? [.. own, mixture.Router, .. mixture.Experts.SelectMany(Linears)] : [.. own, .. Linears(block.FeedForward!)];
    }

    private static IEnumerable<Linear> Linears(FeedForward half) => half.Gate is { } gate ? [gate, half.Up, half.Down] : [half.Up, half.Down];
}
