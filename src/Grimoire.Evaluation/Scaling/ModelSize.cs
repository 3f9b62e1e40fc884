using System.Globalization;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Scaling;

/// <summary>The shape of a model: layers and channels; its heads follow.</summary>
/// <param name="Layers">Transformer blocks.</param>
/// <param name="Channels">Width of the residual stream.</param>
public sealed record ModelSize(int Layers, int Channels)
{
    // Heads have 32 channels or more, as few as divide the width.
    private const int HeadChannels = 32;

    /// <summary>A ladder of shapes, each with about twice the parameters of the one before.</summary>
    public static IReadOnlyList<ModelSize> Ladder { get; } =
    [
        new(1, 32), new(2, 48), new(2, 64), new(3, 80), new(3, 96), new(4, 128), new(5, 160), new(6, 192), new(6, 256), new(8, 320), new(8, 384), new(10, 512),
        new(12, 640), new(12, 768),
    ];

    /// <summary>Attention heads.</summary>
    public int Heads => Enumerable.Range(1, Math.Max(1, Channels / HeadChannels)).Last(heads => heads == 1 || Channels % (2 * heads) == 0);

    /// <summary>Layers x channels: 2x64.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Layers}x{Channels}");

    /// <summary>Reads layers x channels.</summary>
    /// <exception cref="GrimoireException">The text is no such thing.</exception>
    public static ModelSize Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('x');
        return parts.Length == 2 && Count(parts[0]) is { } layers and <= 1024 && Count(parts[1]) is { } channels and <= 1 << 16 && channels % 2 == 0
            ? new ModelSize(layers, channels)
            : throw new GrimoireException($"--sizes: \"{text}\" is no size; write layers x channels, the channels even, as in 2x64.");
    }

    /// <summary>A recipe with a model of this shape.</summary>
    public PretrainRecipe In(PretrainRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe with { Model = recipe.Model with { Layers = Layers, Channels = Channels, Heads = Heads, KeyValueHeads = null, FeedForward = null } };
    }

    private static int? Count(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0 ? value : null;
}
