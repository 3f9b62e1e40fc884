using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// A few numbers read off the residual stream behind the final norm: y = x Wᵀ + b. It stands beside a transformer, not in it: a reward
/// (<c>score</c>), a value (<c>value</c>), the classes of a text.
/// </summary>
public sealed class Head
{
    private const string WeightSuffix = ".weight", BiasSuffix = ".bias";

    /// <summary>
    /// A new head of zeros, to be trained: it says 0 of everything, and what it says first is all learned. Its first gradient is the stream itself, so
    /// no random start is needed, and none is wanted: a reward model begins at ln 2 and a value at 0.
    /// </summary>
    /// <param name="name">Its name, as in <c>score</c>.</param>
    /// <param name="outputs">Numbers it gives for each row.</param>
    /// <param name="channels">The width of the stream.</param>
    /// <param name="bias">Whether b is there.</param>
    public Head(string name, int outputs, int channels, bool bias = false)
        : this(name, Tensor.Zeros((outputs, channels)), bias ? Tensor.Zeros(outputs) : null)
    {
        foreach (Parameter parameter in Parameters)
            parameter.Tensor.RequiresGrad = true;
    }

    /// <summary>A head of given weights, trained if they are marked so.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="weight">W, <c>[outputs, channels]</c>.</param>
    /// <param name="bias">b, <c>[outputs]</c>, or null.</param>
    /// <exception cref="GrimoireException">The shapes do not fit.</exception>
    public Head(string name, Tensor weight, Tensor? bias = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(weight);
        if (weight.Shape.Rank != 2 || (bias is not null && bias.Shape != weight.Shape[0]))
            throw new GrimoireException($"head {name}: weight {weight.Shape} and bias {bias?.Shape} do not belong together.");
        (Name, Weight, Bias) = (name, weight, bias);
        Parameters = bias is null ? [new(name + WeightSuffix, weight)] : [new(name + WeightSuffix, weight), new(name + BiasSuffix, bias)];
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>W, <c>[outputs, channels]</c>.</summary>
    public Tensor Weight { get; }

    /// <summary>b, <c>[outputs]</c>, or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>Numbers given for each row.</summary>
    public int Outputs => Weight.Shape[0];

    /// <summary>W and b by name, as in <c>score.weight</c>.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Reads the heads of a safetensors file, each <c>NAME.weight</c> with its <c>NAME.bias</c> if there is one, by name and in F32.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trainable">Whether to mark the weights to be trained.</param>
    /// <exception cref="GrimoireException">The file is missing or damaged, or holds something else.</exception>
    public static IReadOnlyList<Head> Read(string path, bool trainable = false)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        string[] names = [.. file.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal)];
        foreach (string name in names)
        {
            bool isBias = name.EndsWith(BiasSuffix, StringComparison.Ordinal) && file.Contains(name[..^BiasSuffix.Length] + WeightSuffix);
            if (!isBias && (!name.EndsWith(WeightSuffix, StringComparison.Ordinal) || name.Length == WeightSuffix.Length))
                throw new GrimoireException($"{path}: {name} is no weight of a head.");
        }

        return [.. names.Where(name => name.EndsWith(WeightSuffix, StringComparison.Ordinal))
            .Select(name => Of(file, name[..^WeightSuffix.Length], trainable))];
    }

    /// <summary>Writes heads to a safetensors file, whole or not at all.</summary>
    /// <exception cref="GrimoireException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<Head> heads) =>
        Safetensors.Write(path, heads.SelectMany(head => head.Parameters).Select(parameter => (parameter.Name, parameter.Tensor)));

    /// <summary><c>[row, channel]</c> → <c>[row, output]</c>.</summary>
    public Tensor Forward(Tensor hidden) => Ops.Linear(hidden, Weight, Bias);

    private static Head Of(SafetensorsFile file, string name, bool trainable)
    {
        var head = new Head(name, Copy(name + WeightSuffix), file.Contains(name + BiasSuffix) ? Copy(name + BiasSuffix) : null);
        foreach (Parameter parameter in head.Parameters)
            parameter.Tensor.RequiresGrad = trainable;
        return head;

        Tensor Copy(string part)
        {
            Tensor copy = Tensor.Zeros(file.Tensor(part).Shape);
            Kernels.Simd.Copy(file.Tensor(part), copy);
            return copy;
        }
    }
}
