using Grimoire.Models;

namespace Grimoire.Training.Checks;

/// <summary>Makes a small model of the same kind: every feature stays, only sizes shrink.</summary>
internal static class SmallModel
{
    private const int Layers = 2, Heads = 4, HeadDim = 8, Channels = 32, Window = 8, Experts = 4;

    public static ModelConfig Small(this ModelConfig config) => config with
    {
        Vocabulary = Math.Min(config.Vocabulary, 61),
        Context = Math.Min(config.Context, 32),
        Layers = Math.Min(config.Layers, Layers),
        Heads = Heads,
        KeyValueHeads = config.KeyValueHeads < config.Heads ? Heads / 2 : Heads,
        HeadDim = HeadDim,
        Channels = Channels,
        FeedForward = 48,
        EmbeddingScale = config.EmbeddingScale == 1 ? 1 : MathF.Sqrt(Channels),
        AttentionScale = config.AttentionScale * MathF.Sqrt((float)config.HeadDim / HeadDim),
        Window = Math.Min(config.Window, Window),
        WindowedLayers = Fewer(config.WindowedLayers),
        RotaryLayers = Fewer(config.RotaryLayers),
        Rotary = Fewer(config.Rotary),
        Experts = Math.Min(config.Experts, Experts),
        ExpertsPerToken = Math.Min(config.ExpertsPerToken, Experts / 2),
    };

    /// <summary>The first layer and the first that differs from it.</summary>
    private static ValueList<bool> Fewer(ValueList<bool> layers) =>
        layers.Count <= Layers ? layers : [layers[0], layers.Contains(!layers[0]) ? !layers[0] : layers[0]];

    private static RotaryConfig Fewer(RotaryConfig rotary) => rotary.Scaling is not RotaryScaling.LongRope stretch ? rotary : rotary with
    {
        Scaling = stretch with { ShortFactors = Fewer(stretch.ShortFactors, rotary), LongFactors = Fewer(stretch.LongFactors, rotary) },
    };

    private static ValueList<double> Fewer(ValueList<double> factors, RotaryConfig rotary)
    {
        int pairs = rotary.Dimensions(HeadDim) / 2;
        return [.. Enumerable.Range(0, pairs).Select(pair => factors[pair * factors.Count / pairs])];
    }
}
