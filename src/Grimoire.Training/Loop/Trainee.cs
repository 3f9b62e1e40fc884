using Grimoire.Models;
using Grimoire.Models.Adapters;
using Grimoire.Tensors;

namespace Grimoire.Training;

/// <summary>A language model that is trained: the whole model or an adapter on a frozen one, with heads beside it or without.</summary>
public sealed class Trainee : Learner
{
    /// <summary>The file that heads are kept in.</summary>
    public const string HeadsFile = "heads.safetensors";

    /// <summary>A model, of which whatever requires gradients is trained, with its adapters, and heads on its stream.</summary>
    public Trainee(LanguageModel model, params IReadOnlyList<Head> heads)
    {
        (Model, Heads) = (model, heads);
        AllParameters =
        [
            .. model.Transformer.Parameters, .. model.Transformer.Adapters.SelectMany(adapter => adapter.Parameters),
            .. heads.SelectMany(head => head.Parameters),
        ];
        Adapter = model.Transformer.Adapters.FirstOrDefault(adapter => adapter.Parameters.Any(p => p.Tensor.RequiresGrad));
    }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>What reads numbers off its stream.</summary>
    public IReadOnlyList<Head> Heads { get; }

    /// <summary>The adapter that is trained while the model is frozen; null where the model itself is trained.</summary>
    public Adapter? Adapter { get; }

    /// <inheritdoc/>
    public override string Family => Model.Config.Family;

    /// <summary>The transformer's parameters, then its adapters', then the heads'.</summary>
    public override IReadOnlyList<Parameter> AllParameters { get; }

    /// <inheritdoc/>
    public override long AdapterParameters => Model.Transformer.Adapters.Sum(adapter => adapter.ParameterCount);

    /// <summary>
    /// Writes a model folder, weights in F32 so that training can go on from it to the bit, or a PEFT folder with the tokenizer where the model is frozen.
    /// Heads go to <see cref="HeadsFile"/>.
    /// </summary>
    /// <exception cref="GrimoireException">The folder cannot be written.</exception>
    public override void Save(string folder)
    {
        if (Adapter is null)
            Model.Save(folder, DType.F32);
        else
            Model.SaveAdapter(folder, Adapter);
        if (Heads.Count > 0)
            Head.Write(Path.Combine(folder, HeadsFile), Heads);
    }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Saved(string folder)
    {
        IEnumerable<Parameter> model = Adapter is null ? ModelFiles.Load(folder).Parameters : Adapter.Load(folder, Model.Transformer).Parameters;
        return Heads.Count == 0 ? model : model.Concat(Head.Read(Path.Combine(folder, HeadsFile)).SelectMany(head => head.Parameters));
    }
}
