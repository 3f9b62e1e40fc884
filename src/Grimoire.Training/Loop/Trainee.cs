using Grimoire.Models;
using Grimoire.Models.Adapters;
using Grimoire.Tensors;

namespace Grimoire.Training;

/// <summary>What is trained and how it is kept: a whole model or an adapter on a frozen one, with heads beside it or without.</summary>
public sealed class Trainee
{
    /// <summary>The file that heads are kept in.</summary>
    public const string HeadsFile = "heads.safetensors";

    /// <summary>A model, of which whatever requires gradients is trained, with its adapters, and heads on its stream.</summary>
    public Trainee(LanguageModel model, params IReadOnlyList<Head> heads)
    {
        (Model, Heads) = (model, heads);
        Parameters = [.. AllParameters.Where(p => p.Tensor.RequiresGrad)];
        Adapter = model.Transformer.Adapters.FirstOrDefault(adapter => adapter.Parameters.Any(p => p.Tensor.RequiresGrad));
    }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>What reads numbers off its stream.</summary>
    public IReadOnlyList<Head> Heads { get; }

    /// <summary>The adapter that is trained while the model is frozen; null where the model itself is trained.</summary>
    public Adapter? Adapter { get; }

    /// <summary>What is trained: the transformer's parameters, then its adapters', then the heads'.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Trained or not: all numbers that the model, its adapters and the heads are made of.</summary>
    internal IEnumerable<Parameter> AllParameters =>
        [.. Model.Transformer.Parameters, .. Model.Transformer.Adapters.SelectMany(adapter => adapter.Parameters), .. Heads.SelectMany(head => head.Parameters)];

    /// <summary>
    /// Writes a model folder, weights in F32 so that training can go on from it to the bit, or a PEFT folder with the tokenizer where the model is frozen.
    /// Heads go to <see cref="HeadsFile"/>.
    /// </summary>
    /// <exception cref="GrimoireException">The folder cannot be written.</exception>
    public void Save(string folder)
    {
        if (Adapter is null)
            Model.Save(folder, DType.F32);
        else
            Model.SaveAdapter(folder, Adapter);
        if (Heads.Count > 0)
            Head.Write(Path.Combine(folder, HeadsFile), Heads);
    }

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

    private IEnumerable<Parameter> Saved(string folder)
    {
        IEnumerable<Parameter> model = Adapter is null ? ModelFiles.Load(folder).Parameters : Adapter.Load(folder, Model.Transformer).Parameters;
        return Heads.Count == 0 ? model : model.Concat(Head.Read(Path.Combine(folder, HeadsFile)).SelectMany(head => head.Parameters));
    }
}
