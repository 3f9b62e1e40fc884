using Grimoire.Models.Adapters;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>The weights of a model as a family's files hold them, each made when its turn to be written comes.</summary>
internal static class StoredWeights
{
    /// <summary>The tensors of the files, each made of one or more of the model's, with what adapters change merged in.</summary>
    /// <param name="model">The model.</param>
    /// <param name="map">What the files call its weights.</param>
    /// <param name="interleaved">Whether the rows of queries and keys are such that neighbours rotate together.</param>
    /// <param name="typeOf">How to store a tensor, by its name there and the first of its parts.</param>
    /// <param name="importance">What to weight the errors of quantised types with, if there is something.</param>
    public static IEnumerable<StoredTensor> Of(
        Transformer model, WeightMap map, bool interleaved, Func<string, Tensor, DType> typeOf, Importance? importance = null)
    {
        Dictionary<string, Func<Tensor>> changed = AdapterMerge.Changed(model);
        Parameter Merged(Parameter part) => changed.TryGetValue(part.Name, out Func<Tensor>? make) ? part with { Tensor = make() } : part;
        bool permuted = model.Config.Positions == PositionKind.Rotary && model.Config.Rotary.Interleaved != interleaved;
        Tensor Values(Parameter part, DType type) => Stored(Merged(part), permuted, model.Config, interleaved, type, importance?.Columns(part.Tensor));
        var groups = model.Parameters
            .Select(parameter => (Parameter: parameter, Place: map.Find(parameter.Name)))
            .GroupBy(weight => weight.Place.Name, StringComparer.Ordinal);
        foreach (var group in groups)
        {
            ModuleName module = group.First().Place.Module;
            Parameter[] parts = [.. group.OrderBy(weight => weight.Place.Order(model.Config)).Select(weight => weight.Parameter)];
            DType type = typeOf(group.Key, parts[0].Tensor);
            yield return new StoredTensor(
                group.Key, type, module.StoredShape(parts[0].Tensor.Shape, model.Config),
                () => module.Join([.. parts.Select(part => Values(part, type))], type, group.Key));
        }
    }

    /// <summary>A weight with its rows in order, encoded here where its errors are weighted.</summary>
    private static Tensor Stored(Parameter parameter, bool permuted, ModelConfig config, bool interleaved, DType type, float[]? columns)
    {
        Tensor tensor = permuted ? Permuted(parameter, config, interleaved) : parameter.Tensor;
        return type.IsQuantized() && type != tensor.DType && columns is not null
            ? Tensors.Quantization.Quantize(tensor, type, columns)
            : tensor;
    }

    /// <summary>The rows of queries and keys in the other order, of anything else in theirs.</summary>
    private static Tensor Permuted(Parameter parameter, ModelConfig config, bool interleaved)
    {
        string[] name = parameter.Name.Split('.');
        return name is [_, _, "attn", "q" or "k", _] or [_, _, "attn", "q_norm" or "k_norm", _]
            ? RotaryRows.Reordered(parameter.Tensor, config.HeadDim, config.Rotary.Dimensions(config.HeadDim), interleaved)
            : parameter.Tensor;
    }
}
