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
        Parameters = [.. model.Transformer.Parameters.Concat(heads.SelectMany(head => head.Parameters)).Where(p => p.Tensor.RequiresGrad)];
    }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>What reads numbers off its stream.</summary>
    public IReadOnlyList<Head> Heads { get; }

    /// <summary>What is trained: the transformer's parameters, then the heads'.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Writes a model folder, weights in F32 so that training can go on from it to the bit, with the heads in <see cref="HeadsFile"/>.</summary>
    /// <exception cref="GrimoireException">The folder cannot be written.</exception>
    public void Save(string folder)
    {
        Model.Save(folder, DType.F32);
        if (Heads.Count > 0)
            Head.Write(Path.Combine(folder, HeadsFile), Heads);
    }
}
