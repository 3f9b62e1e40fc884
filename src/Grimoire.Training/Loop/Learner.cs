using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training;

/// <summary>What is trained and how it is kept.</summary>
public abstract class Learner
{
    /// <summary>What it is, in a word or two: a model's family.</summary>
    public abstract string Family { get; }

    /// <summary>All numbers that it is made of, trained or not.</summary>
    public abstract IReadOnlyList<Parameter> AllParameters { get; }

    /// <summary>Those that are trained: whatever required a gradient when this was asked for first.</summary>
    public IReadOnlyList<Parameter> Parameters => field ??= [.. AllParameters.Where(p => p.Tensor.RequiresGrad)];

    /// <summary>How many of all numbers belong to adapters.</summary>
    public virtual long AdapterParameters => 0;

    /// <summary>Writes a folder from which training can go on to the bit, and which can be used as it is.</summary>
    /// <exception cref="GrimoireException">The folder cannot be written.</exception>
    public abstract void Save(string folder);

    /// <summary>What <see cref="Save"/> wrote, with what is trained among it.</summary>
    /// <exception cref="GrimoireException">The folder holds something else.</exception>
    public abstract IEnumerable<Parameter> Saved(string folder);

    /// <summary>Takes back, in place and to the bit, what <see cref="Save"/> wrote.</summary>
    /// <exception cref="GrimoireException">The folder holds something else.</exception>
    public void Restore(string folder)
    {
        Dictionary<string, Tensor> saved = Saved(folder).ToDictionary(p => p.Name, p => p.Tensor, StringComparer.Ordinal);
        foreach (Parameter parameter in Parameters)
        {
            if (!saved.TryGetValue(parameter.Name, out Tensor? tensor) || tensor.Shape != parameter.Tensor.Shape)
                throw new GrimoireException($"{folder}: has no {parameter.Name} of shape {parameter.Tensor.Shape}; it belongs to another model.");
            Kernels.Simd.Copy(tensor, parameter.Tensor);
        }
    }
}
