using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>
/// Adapters folded into the weights they change, so that nothing is computed beside them. Files of a model are always written so: they hold what the model
/// says.
/// </summary>
public static class AdapterMerge
{
    /// <summary>What merging did to the layers that adapters change, as root mean squares over their weights' own.</summary>
    /// <param name="Layers">How many layers.</param>
    /// <param name="Change">How far the adapters moved the weights.</param>
    /// <param name="Rounding">How far storing moved them again.</param>
    public readonly record struct Outcome(int Layers, double Change, double Rounding);

    /// <summary>Compares a model with adapters attached with what it was written as.</summary>
    /// <exception cref="ArgumentException">The two are not the same model.</exception>
    public static Outcome Compare(Transformer model, Transformer written)
    {
        ArgumentNullException.ThrowIfNull(written);
        var others = AdapterTargets.Linears(written).ToDictionary(linear => linear.Name, StringComparer.Ordinal);
        double size = 0, change = 0, rounding = 0;
        int layers = 0;
        bool isPermuted = model.Config.Rotary.Interleaved != written.Config.Rotary.Interleaved;
        foreach (Linear linear in AdapterTargets.Linears(model).Where(linear => linear.IsAdapted))
        {
            Tensor merged = Weight(linear), before = linear.Weight.To(DType.F32, ""), after = others[linear.Name].Weight.To(DType.F32, "");
            if (after.Shape != merged.Shape)
                throw new ArgumentException($"{linear.Name} has another size in the other model", nameof(written));
            if (isPermuted && AdapterTargets.Kind(linear) is "q" or "k")
                after = RotaryRows.Reordered(
                    after, model.Config.HeadDim, model.Config.Rotary.Dimensions(model.Config.HeadDim), model.Config.Rotary.Interleaved);
            size += Kernels.Simd.SumOfSquares(before);
            change += SquaredDistance(merged, before);
            rounding += SquaredDistance(merged, after);
            layers++;
        }

        return layers == 0 ? default : new Outcome(layers, Math.Sqrt(change / size), Math.Sqrt(rounding / size));
    }

    /// <summary>The weights that adapters change, by name, each with what makes it; checked to be such that weights can hold it.</summary>
    /// <exception cref="GrimoireException">An adapter puts tokens before the text.</exception>
    internal static Dictionary<string, Func<Tensor>> Changed(Transformer model)
    {
        if (model.Adapters.FirstOrDefault(adapter => adapter is { Enabled: true, Virtual: not null }) is { } adapter)
        {
            throw new GrimoireException(
                $"adapter {adapter.Name} puts tokens before every text, which no weight can hold; it cannot be merged: keep its folder, or switch it off.");
        }

        var changed = new Dictionary<string, Func<Tensor>>(StringComparer.Ordinal);
        foreach (Linear linear in AdapterTargets.Linears(model).Where(linear => linear.IsAdapted))
        {
            changed.Add($"{linear.Name}.weight", () => Weight(linear));
            if (linear.Bias is not null)
                changed.Add($"{linear.Name}.bias", () => Bias(linear));
        }

        return changed;
    }

    /// <summary>Merges all adapters into a model's own weights, which must be F32 copies, and detaches them.</summary>
    internal static void Into(Transformer model)
    {
        Dictionary<string, Func<Tensor>> changed = Changed(model);
        foreach (Parameter parameter in model.Parameters)
        {
            if (changed.TryGetValue(parameter.Name, out Func<Tensor>? make))
                Kernels.Simd.Copy(make(), parameter.Tensor);
        }

        foreach (Adapter adapter in model.Adapters.ToArray())
            model.Detach(adapter);
    }

    private static Tensor Weight(Linear linear) => Merged(linear).Weight;

    private static Tensor Bias(Linear linear) => Merged(linear).Bias!;

    /// <summary>F32 copies with the adapters in them.</summary>
    private static (Tensor Weight, Tensor? Bias) Merged(Linear linear)
    {
        Tensor weight = Copy(linear.Weight);
        Tensor? bias = linear.Bias is null ? null : Copy(linear.Bias);
        linear.Merge(weight, bias);
        if (!double.IsFinite(Kernels.Simd.SumOfSquares(weight)) || (bias is not null && !double.IsFinite(Kernels.Simd.SumOfSquares(bias))))
            throw new GrimoireException($"{linear.Name}: with the adapter this layer has weights that are no finite numbers; it was not merged.");
        return (weight, bias);
    }

    private static Tensor Copy(Tensor tensor) => tensor.DType == DType.F32 ? tensor.Keep() : tensor.To(DType.F32, "");

    private static double SquaredDistance(Tensor a, Tensor b)
    {
        Tensor difference = a.Keep();
        Kernels.Simd.Accumulate(b, -1, difference);
        return Kernels.Simd.SumOfSquares(difference);
    }
}
