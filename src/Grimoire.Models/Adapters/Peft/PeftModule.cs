namespace Grimoire.Models.Adapters;

/// <summary>
/// A module as PEFT names it, and the linear layers here that are stored in it as one: one of them, or several where a family fuses queries, keys and values,
/// or gate and projection up.
/// </summary>
/// <param name="Path">The module, as in <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Layers">The layers, in order of the rows they have there.</param>
/// <param name="IsTransposed">Whether the module stores <c>[in, out]</c>, PEFT's <c>fan_in_fan_out</c>.</param>
internal sealed record PeftModule(string Path, IReadOnlyList<Linear> Layers, bool IsTransposed)
{
    private const string Weight = ".weight";

    /// <summary>Outputs of all its layers together.</summary>
    public int Outputs => Layers.Sum(layer => layer.Weight.Shape[0]);

    /// <summary>Inputs, which its layers share.</summary>
    public int Inputs => Layers[0].Weight.Shape[1];

    /// <summary>The modules of a model that an adapter can change, in the model's order.</summary>
    public static IReadOnlyList<PeftModule> Of(Transformer model)
    {
        WeightMap map = Family.Named(model.Config.Family).Weights;
        return
        [
            .. AdapterTargets.Linears(model)
                .Select(linear => (Linear: linear, Place: map.Find(linear.Name + Weight)))
                .GroupBy(pair => pair.Place.Name, StringComparer.Ordinal)
                .Select(group => new PeftModule(
                    group.Key[..^Weight.Length],
                    [.. group.OrderBy(pair => pair.Place.Order(model.Config)).Select(pair => pair.Linear)],
                    group.First().Place.Module.Transposed)),
        ];
    }

    /// <summary>All modules of a model that have weights, adapted or not.</summary>
    public static IReadOnlyList<string> Paths(Transformer model)
    {
        WeightMap map = Family.Named(model.Config.Family).Weights;
        string Module(string weight) => weight[..weight.LastIndexOf('.')];
        return [.. model.Parameters.Select(parameter => Module(map.Find(parameter.Name).Name)).Append(Module(map.Find("embed.tokens").Name)).Distinct()];
    }

    /// <summary>The first output of one of its layers.</summary>
    public int FirstRow(Linear layer) => Layers.TakeWhile(other => other != layer).Sum(other => other.Weight.Shape[0]);
}
