namespace Grimoire.Models;

/// <content>What a model of these numbers costs.</content>
public sealed partial record ModelConfig
{
    /// <summary>The number of trained values, computed from the shapes.</summary>
    public long ParameterCount
    {
        get
        {
            long norm = Norm == NormKind.Layer ? 2L * Channels : Channels;
            long positions = Positions == PositionKind.Learned ? Context : 0;
            long rows = Vocabulary + TokenTypes + positions + (Head && !TiedEmbeddings ? Vocabulary : 0);
            int ends = (EmbeddingNorm ? 1 : 0) + (NormPlacement == NormPlacement.Post ? 0 : 1);
            return (rows * Channels) + (ends * norm) + (Layers * (AttentionParameters + FeedForwardParameters + (BlockNorms * norm)));
        }
    }

    /// <summary>Weights of one feed-forward half, or one expert, that multiply.</summary>
    private long ExpertWeights => (long)Channels * FeedForward * (Gated ? 3 : 2);

    /// <summary>Weights of attention that multiply.</summary>
    private long AttentionWeights => (long)Channels * HeadDim * ((2 * Heads) + (2 * KeyValueHeads));

    private long AttentionParameters =>
        AttentionWeights + (QueryKeyValueBias ? HeadDim * (Heads + (2L * KeyValueHeads)) : 0) + (OutputBias ? Channels : 0) + (QueryKeyNorm ? 2L * HeadDim : 0);

    private long FeedForwardParameters => Experts > 0
        ? Experts * (ExpertWeights + Channels)
        : ExpertWeights + (FeedForwardBias ? (FeedForward * (Gated ? 2L : 1L)) + Channels : 0);

    private int BlockNorms => NormPlacement == NormPlacement.Both ? 4 : 2;

    /// <summary>
    /// Floating-point operations of a forward pass per token at a mean distance of <paramref name="context"/>/2 to the tokens looked at (the whole of it
    /// where attention is not causal): two per weight that multiplies, plus attention's two products. A training step costs three times as much.
    /// </summary>
    public double ForwardOperations(int context)
    {
        double feedForward = Experts > 0 ? ((double)ExpertsPerToken * ExpertWeights) + ((double)Experts * Channels) : ExpertWeights;
        double seen = Causal ? context / 2.0 : context, total = Head ? 2.0 * Vocabulary * Channels : 0;
        for (int layer = 0; layer < Layers; layer++)
            total += (2 * (AttentionWeights + feedForward)) + (4 * (IsWindowed(layer) ? Math.Min(Window, seen) : seen) * Heads * HeadDim);
        return total;
    }
}
