namespace Grimoire.Models.Adapters;

/// <summary>Ways to change a model by few numbers.</summary>
public enum AdapterKind
{
    /// <summary>Low-rank matrices added to linear layers (Hu et al. 2021, arXiv:2106.09685).</summary>
    Lora,

    /// <summary>Factors for what linear layers give or take (Liu et al. 2022, arXiv:2205.05638).</summary>
    Ia3,

    /// <summary>Trained embeddings before every sequence (Lester et al. 2021, arXiv:2104.08691).</summary>
    Prompt,

    /// <summary>Trained keys and values before every sequence, in each layer (Li and Liang 2021, arXiv:2101.00190).</summary>
    Prefix,
}

/// <summary>What an adapter is made of.</summary>
public sealed record AdapterConfig
{
    private const int MostRank = 1 << 16, MostTokens = 1 << 20;

    /// <summary>The kind.</summary>
    public AdapterKind Kind { get; init; }

    /// <summary>Rank r of LoRA's matrices.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>LoRA's α: the change is α/r · B A.</summary>
    public double Alpha { get; init; } = 16;

    /// <summary>Whether the change is α/√r · B A, so that its size does not shrink with the rank (Kalajdzievski 2023, arXiv:2312.03732).</summary>
    public bool RankStabilized { get; init; }

    /// <summary>Whether each row of W + B A is scaled to a trained length (DoRA; Liu et al. 2024, arXiv:2402.09353).</summary>
    public bool Dora { get; init; }

    /// <summary>Share of a LoRA's inputs set to zero while it is trained.</summary>
    public double Dropout { get; init; }

    /// <summary>
    /// Which linear layers: any of q, k, v, o, gate, up, down and router, which mean those of every block; names such as <c>blocks.3.attn.q</c>; or
    /// <c>all-linear</c>, which is all of a block but the router. Empty for the kind's usual: all-linear for LoRA; k, v and down for IA³.
    /// </summary>
    public ValueList<string> Targets { get; init; }

    /// <summary>Those of IA³'s layers whose inputs are scaled rather than their outputs; words as in <see cref="Targets"/>.</summary>
    public ValueList<string> ScaledInputs { get; init; } = ["down"];

    /// <summary>Rank and α of single layers where they are others, by names such as <c>blocks.3.attn.q</c>.</summary>
    public IReadOnlyDictionary<string, (int Rank, double Alpha)> Exceptions { get; init; } = new Dictionary<string, (int, double)>(StringComparer.Ordinal);

    /// <summary>Length of the prompt or prefix.</summary>
    public int VirtualTokens { get; init; } = 16;

    /// <summary>The factor before B A in a layer.</summary>
    /// <param name="layer">Its name, as in <c>blocks.3.attn.q</c>.</param>
    public double Scale(string layer)
    {
        (int rank, double alpha) = Of(layer);
        return alpha / (RankStabilized ? Math.Sqrt(rank) : rank);
    }

    internal (int Rank, double Alpha) Of(string layer) => Exceptions.TryGetValue(layer, out var exception) ? exception : (Rank, Alpha);

    /// <summary>Checks that the numbers make sense.</summary>
    /// <exception cref="GrimoireException">They do not; the message names the value.</exception>
    internal void Validate()
    {
        if (Rank is < 1 or > MostRank)
            throw new GrimoireException($"adapter: a rank of {Rank} makes no sense; choose one from 1 to {MostRank}.");
        if (!double.IsFinite(Alpha) || Alpha <= 0)
            throw new GrimoireException($"adapter: alpha is {Alpha}; it must be greater than 0.");
        if (!(Dropout >= 0 && Dropout < 1))
            throw new GrimoireException($"adapter: a dropout of {Dropout} makes no sense; choose 0 to less than 1.");
        if (VirtualTokens is < 1 or > MostTokens)
            throw new GrimoireException($"adapter: {VirtualTokens} virtual tokens make no sense; choose 1 to {MostTokens}.");
        if (Dora && Kind != AdapterKind.Lora)
            throw new GrimoireException("adapter: DoRA is a kind of LoRA; it does not go with other kinds.");
        foreach ((string layer, (int rank, double alpha)) in Exceptions)
        {
            if (rank is < 1 or > MostRank || !double.IsFinite(alpha) || alpha <= 0)
                throw new GrimoireException($"adapter: rank {rank} and alpha {alpha} of {layer} make no sense.");
        }
    }
}
