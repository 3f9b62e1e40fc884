using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>A named weight of a model.</summary>
/// <param name="Name">Where it sits, as in <c>blocks.3.attn.q.weight</c>.</param>
/// <param name="Tensor">Its values.</param>
public readonly record struct Parameter(string Name, Tensor Tensor);

/// <summary>
/// Gives the parameter of a name and shape: from a file, or freshly drawn. Modules ask for what they need as they are built, so a weight is never made twice,
/// and a missing one is named.
/// </summary>
public delegate Tensor ParameterSource(string name, Shape shape);

/// <summary>The parameters of a model in the order its modules asked for them.</summary>
internal sealed class ParameterList(ParameterSource source)
{
    private readonly List<Parameter> parameters = [];

    public IReadOnlyList<Parameter> All => parameters;

    public Tensor Get(string name, Shape shape)
    {
        Tensor tensor = source(name, shape);
        if (tensor.Shape != shape)
            throw new GrimoireException($"weight {name} has shape {tensor.Shape} where the config asks for {shape}; the files do not belong together.");
        parameters.Add(new Parameter(name, tensor));
        return tensor;
    }
}
