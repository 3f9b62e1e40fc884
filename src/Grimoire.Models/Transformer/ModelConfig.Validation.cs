namespace Grimoire.Models;

/// <content>Which numbers fit each other.</content>
public sealed partial record ModelConfig
{
    /// <summary>Far more layers than any model has; a file that asks for more would only cost memory.</summary>
    internal const int MostLayers = 4096;

    private const int Largest = 1 << 24;

    /// <summary>Checks that the numbers fit each other.</summary>
    /// <exception cref="GrimoireException">They do not; the message names the value.</exception>
    public void Validate()
    {
        Sensible(Vocabulary, nameof(Vocabulary));
        Sensible(Context, nameof(Context));
        Sensible(Layers, nameof(Layers));
        if (Layers > MostLayers)
            throw new GrimoireException($"model: {Layers} layers are more than any model has (limit {MostLayers}).");
        Sensible(Heads, nameof(Heads));
        Sensible(KeyValueHeads, nameof(KeyValueHeads));
        Sensible(HeadDim, nameof(HeadDim));
        Sensible((long)Heads * HeadDim, $"{nameof(Heads)} · {nameof(HeadDim)}");
        Sensible(Channels, nameof(Channels));
        Sensible(FeedForward, nameof(FeedForward));
        NotNegative(AttentionScale, nameof(AttentionScale));
        NotNegative(AttentionSoftCap, nameof(AttentionSoftCap));
        NotNegative(LogitSoftCap, nameof(LogitSoftCap));
        NotNegative(EmbeddingScale, nameof(EmbeddingScale));
        NotNegative(TokenTypes, nameof(TokenTypes));
        if (Heads % KeyValueHeads != 0)
            throw new GrimoireException($"model: {Heads} heads cannot share {KeyValueHeads} key-value heads evenly; choose a divisor of {Heads}.");
        ValidatePositions();
        ValidateLayers();
        ValidateHead();
    }

    private void ValidatePositions()
    {
        if (Positions == PositionKind.Rotary)
            Rotary.Validate(HeadDim);
        if (RotaryLayers.Count > 0 && (RotaryLayers.Count != Layers || Positions != PositionKind.Rotary))
        {
            throw new GrimoireException(
                $"model: {RotaryLayers.Count} layers are said to rotate or not; say it of all {Layers} of a model with rotary positions, or of none.");
        }

        if (WindowRotary is not { } rotary)
            return;
        rotary.Validate(HeadDim);
        if (rotary.Scaling is RotaryScaling.LongRope || Positions != PositionKind.Rotary || Window == 0 || rotary.Interleaved != Rotary.Interleaved)
        {
            throw new GrimoireException(
                "model: a rotation of windowed layers needs rotary positions, a window, the same pairs of channels in all layers and no LongRoPE.");
        }
    }

    private void ValidateLayers()
    {
        if (WindowedLayers.Count > 0 && (WindowedLayers.Count != Layers || Window == 0))
        {
            throw new GrimoireException(
                $"model: {WindowedLayers.Count} layers are said to have a window of {Window} tokens or not; say it of all {Layers}, or of none.");
        }

        if (Window < 0 || (Window > 0 && !Causal))
            throw new GrimoireException($"model: a window of {Window} tokens is not possible{(Causal ? "" : " where tokens see later ones")}.");
        if (Experts < 0 || (Experts > 0 && (ExpertsPerToken < 1 || ExpertsPerToken > Experts)))
            throw new GrimoireException($"model: a token cannot be sent to {ExpertsPerToken} of {Experts} experts.");
        if (Experts > 0 && (!Gated || FeedForwardBias))
            throw new GrimoireException("model: experts are gated and have no biases.");
    }

    private void ValidateHead()
    {
        if (!Head && (TiedEmbeddings || LogitSoftCap > 0))
            throw new GrimoireException("model: without logits there is nothing to tie or to cap.");
    }

    private static void Sensible(long value, string name)
    {
        if (value is < 1 or > Largest)
            throw new GrimoireException($"model: {name} is {value}; it must lie between 1 and {Largest}.");
    }

    private static void NotNegative(float value, string name)
    {
        if (!(value >= 0) || !float.IsFinite(value))
            throw new GrimoireException(FormattableString.Invariant($"model: {name} is {value}; it must be a number and not negative."));
    }
}
