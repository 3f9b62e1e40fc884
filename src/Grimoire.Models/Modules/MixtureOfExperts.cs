using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// Many feed-forward halves of which each token uses a few: a router scores them, the best are run, and what they say is summed by weight
/// (Shazeer et al. 2017, arXiv:1701.06538). Tokens are sorted by expert, so that each expert sees its own as one matrix.
/// </summary>
public sealed class MixtureOfExperts
{
    private readonly Activation activation;
    private readonly int perToken;
    private readonly bool normalize;

    internal MixtureOfExperts(ParameterList parameters, string name, ModelConfig config)
    {
        (activation, perToken, normalize) = (config.Activation, config.ExpertsPerToken, config.NormalizeExperts);
        Router = new Linear(parameters, $"{name}.router", config.Channels, config.Experts, bias: false);
        Experts = [.. Enumerable.Range(0, config.Experts).Select(expert => new FeedForward(parameters, $"{name}.experts.{expert}", config))];
        Gates = new ExpertLinears([.. Experts.Select(expert => expert.Gate!)]);
        Ups = new ExpertLinears([.. Experts.Select(expert => expert.Up)]);
        Downs = new ExpertLinears([.. Experts.Select(expert => expert.Down)]);
    }

    /// <summary>Scores the experts for each token.</summary>
    public Linear Router { get; }

    /// <summary>The experts.</summary>
    public IReadOnlyList<FeedForward> Experts { get; }

    internal ExpertLinears Gates { get; }

    internal ExpertLinears Ups { get; }

    internal ExpertLinears Downs { get; }

    /// <summary><c>[token, channel]</c> → <c>[token, channel]</c>.</summary>
    public Tensor Forward(Pass pass, Tensor x)
    {
        Tensor scores = Router.Forward(x, pass);
        Tensor chosen = Ops.TopK(scores, perToken);

        // The softmax of all, of which the chosen are scaled to sum to 1, is the softmax of the chosen.
        Tensor weights = normalize ? Ops.Softmax(Ops.GatherColumns(scores, chosen)) : Ops.GatherColumns(Ops.Softmax(scores), chosen);
        RowGroups sorted = Ops.GroupRows(chosen, Experts.Count);
        Tensor rows = Ops.GatherRows(x, sorted.Rows);
        Tensor up = Ops.Gate(activation, Gates.Forward(rows, sorted.Counts, pass), Ups.Forward(rows, sorted.Counts, pass));
        return Ops.MixRows(Downs.Forward(up, sorted.Counts, pass), sorted.Places, weights);
    }
}
