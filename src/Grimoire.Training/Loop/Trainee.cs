using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training;

/// <summary>What is trained and how it is kept: a whole model, with heads beside it or without.</summary>
public sealed class Trainee
{
    /// <summary>The file that heads are kept in.</summary>
    public const string HeadsFile = "heads.safetensors";

    /// <summary>A model, of which whatever requires gradients is trained, and heads on its stream.</summary>
    public Trainee(LanguageModel model, params IReadOnlyList<Head> heads)
    {
        (Model, Heads) = (model, heads);
        Parameters = [.. AllParameters.Where(p => p.Tensor.RequiresGrad)];
    }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>What reads numbers off its stream.</summary>
    public IReadOnlyList<Head> Heads { get; }

    /// <summary>What is trained: the transformer's parameters, then the heads'.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Trained or not: all numbers that the model and the heads are made of.</summary>
    internal IEnumerable<Parameter> AllParameters => Model.Transformer.Parameters.Concat(Heads.SelectMany(head => head.Parameters));

    /// <summary>Writes a model folder, weights in F32 so that training can go on from it to the bit, with the heads in <see cref="HeadsFile"/>.</summary>
    /// <exception cref="GrimoireException">The folder cannot be written.</exception>
    public void Save(string folder)
    {
        Model.Save(folder, DType.F32);
        if (Heads.Count > 0)
            Head.Write(Path.Combine(folder, HeadsFile), Heads);
    }

    /// <summary>Takes back, in place and to the bit, what <see cref="Save"/> wrote.</summary>
    /// <exception cref="GrimoireException">The folder holds something else.</exception>
    public void Restore(string folder)
    {
        IEnumerable<Parameter> saved = ModelFiles.Load(folder).Parameters;
        if (Heads.Count > 0)
            saved = saved.Concat(Head.Read(Path.Combine(folder, HeadsFile)).SelectMany(head => head.Parameters));
        Dictionary<string, Tensor> byName = saved.ToDictionary(p => p.Name, p => p.Tensor, StringComparer.Ordinal);
        foreach (Parameter parameter in Parameters)
        {
            if (!byName.TryGetValue(parameter.Name, out Tensor? tensor) || tensor.Shape != parameter.Tensor.Shape)
                throw new GrimoireException($"{folder}: has no {parameter.Name} of shape {parameter.Tensor.Shape}; it belongs to another model.");
            Kernels.Simd.Copy(tensor, parameter.Tensor);
        }
    }
}
