using System.Globalization;
using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>
/// A few trained numbers that change what a frozen model says: attached to a <see cref="Transformer"/>, switched on and off, weighted, several at once. The
/// model's own weights are never touched.
/// </summary>
public sealed class Adapter
{
    private readonly LinearAdapter[] layers;
    private readonly LowRankExperts[] experts;
    private readonly Transformer model;

    /// <summary>Builds the adapter that <paramref name="config"/> describes for a model, from the parameters that <paramref name="source"/> gives.</summary>
    internal Adapter(Transformer model, AdapterConfig config, ParameterSource source, string name)
    {
        config.Validate();
        (this.model, Config, Name) = (model, config, name);
        var parameters = new ParameterList(source);
        bool isVirtual = config.Kind is AdapterKind.Prompt or AdapterKind.Prefix;
        Virtual = isVirtual ? new VirtualTokens(this, parameters, model.Config) : null;
        layers = isVirtual ? [] : [.. AdapterTargets.Resolve(model, config).Select(linear => Part(parameters, linear))];
        experts = [.. AdapterTargets.Experts(model).Select(group => LowRankExperts.Of(this, group, layers)).OfType<LowRankExperts>()];
        Parameters = parameters.All;
    }

    /// <summary>What it is called among others.</summary>
    public string Name { get; }

    /// <summary>What it is made of.</summary>
    public AdapterConfig Config { get; }

    /// <summary>Its numbers, each once, in a fixed order; trained or frozen together.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>How many numbers it has.</summary>
    public long ParameterCount => Parameters.Sum(parameter => parameter.Tensor.Shape.Count);

    /// <summary>What it is, in words, as in <c>lora of rank 8 (alpha 16) on q, v</c>.</summary>
    public string Summary
    {
        get
        {
            string names = string.Join(", ", layers.Select(layer => layer.Layer[(layer.Layer.LastIndexOf('.') + 1)..]).Distinct());
            return Config.Kind switch
            {
                AdapterKind.Lora => string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(Config.Dora ? "dora" : Config.RankStabilized ? "rslora" : "lora")} of rank {Config.Rank} (alpha {Config.Alpha}) on {names}"),
                AdapterKind.Ia3 => $"ia3 on {names}",
                _ => $"{(Config.Kind == AdapterKind.Prompt ? "prompt" : "prefix")} of {Config.VirtualTokens} virtual tokens",
            };
        }
    }

    /// <summary>Whether it has an effect; a model whose adapters are all off is the model without them, bit for bit.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How much of the change is made: 0 for none, 1 for all that was trained.</summary>
    public double Strength { get; set; } = 1;

    /// <summary>The model it was trained on, as the files it came from call it.</summary>
    internal string? BasePath { get; init; }

    /// <summary>What it puts before every sequence, or null.</summary>
    internal VirtualTokens? Virtual { get; }

    /// <summary>The linear layers it changes.</summary>
    internal IReadOnlyList<LinearAdapter> Layers => layers;

    /// <summary>A new adapter to be trained, which does not change the model yet; not attached.</summary>
    /// <param name="model">The model it is for.</param>
    /// <param name="config">What it is made of.</param>
    /// <param name="seed">Chooses the weights it is born with.</param>
    /// <param name="name">What to call it.</param>
    /// <exception cref="GrimoireException">The config's numbers make no sense, or it names layers that the model does not have.</exception>
    public static Adapter Create(Transformer model, AdapterConfig config, ulong seed, string name = "default")
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(config);
        var adapter = new Adapter(model, config, AdapterInitialization.Random(model, seed), name);
        adapter.SetTrainable(true);
        return adapter;
    }

    /// <summary>Reads an adapter that PEFT or this library wrote; not attached.</summary>
    /// <param name="folder">A folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="model">The model it was trained on, in whatever type.</param>
    /// <param name="trainable">Whether it is to be trained on.</param>
    /// <exception cref="GrimoireException">A file is missing, damaged or not understood, or the adapter belongs to another model.</exception>
    public static Adapter Load(string folder, Transformer model, bool trainable = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        return PeftFolder.Load(folder, model, trainable);
    }

    /// <summary>Writes <c>adapter_model.safetensors</c> and <c>adapter_config.json</c> as PEFT reads them, each whole or not at all.</summary>
    /// <param name="folder">The folder, made if need be.</param>
    /// <param name="basePath">The model it was trained on, for whoever opens the folder; what its files said if not given.</param>
    /// <exception cref="GrimoireException">PEFT's files cannot express the adapter, or the folder cannot be written.</exception>
    public void Save(string folder, string? basePath = null) => Save(folder, basePath, score: null);

    /// <summary>The same for a reward model, whose head is kept beside the adapter.</summary>
    internal void Save(string folder, string? basePath, Head? score) => PeftWriter.Write(this, model, folder, basePath, score);

    /// <summary>Says whether its numbers are to be trained.</summary>
    public void SetTrainable(bool trainable)
    {
        foreach (Parameter parameter in Parameters)
            parameter.Tensor.RequiresGrad = trainable;
    }

    /// <summary>Inputs of a layer with some of them dropped, where the pass trains adapters.</summary>
    internal Tensor Dropped(Tensor x, Pass? pass) => pass is { Options.AdapterDropout: true } ? pass.Dropout(x, (float)Config.Dropout) : x;

    /// <summary>Puts its parts into a model.</summary>
    /// <exception cref="GrimoireException">The model has no such layers.</exception>
    internal void AttachTo(Transformer model)
    {
        var linears = AdapterTargets.Linears(model).ToDictionary(linear => linear.Name, StringComparer.Ordinal);
        if (layers.FirstOrDefault(layer => !linears.TryGetValue(layer.Layer, out Linear? linear) || !layer.Fits(linear)) is { } alien)
        {
            throw new GrimoireException(
                $"adapter {Name}: {alien.Layer} is not in this {model.Config.Family} model or has another size there; the two do not belong together.");
        }

        if (Virtual is not null)
            CheckAlone(model);
        foreach (LinearAdapter layer in layers)
        {
            layer.Bind(linears[layer.Layer]);
            linears[layer.Layer].Attach(layer);
        }

        foreach (ExpertLinears group in AdapterTargets.Experts(model))
        {
            if (experts.FirstOrDefault(part => part.Layer == group.Experts[0].Name) is { } part)
                group.Attach(part);
        }
    }

    private void CheckAlone(Transformer model)
    {
        if (model.Adapters.FirstOrDefault(other => other.Virtual is not null) is { } other)
            throw new GrimoireException($"adapter {Name}: {other.Name} puts tokens before every text already; attach one of the two.");
        if (!Virtual!.Fits(model.Config))
            throw new GrimoireException($"adapter {Name}: its virtual tokens have another size than this {model.Config.Family} model's; they do not fit.");
    }

    private LinearAdapter Part(ParameterList parameters, Linear linear) =>
        Config.Kind == AdapterKind.Ia3 ? new ChannelScale(this, parameters, linear)
        : Config.Dora ? new DecomposedLowRank(this, parameters, linear)
        : new LowRank(this, parameters, linear);

    /// <summary>Takes its parts out again.</summary>
    internal void DetachFrom(Transformer model)
    {
        foreach (Linear linear in AdapterTargets.Linears(model))
            linear.Detach(this);
        foreach (ExpertLinears group in AdapterTargets.Experts(model))
            group.Detach(this);
    }
}
