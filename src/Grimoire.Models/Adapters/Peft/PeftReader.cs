using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>The numbers of a PEFT folder under our names, as F32 copies; every stored tensor must be of use.</summary>
internal sealed class PeftReader
{
    private readonly SafetensorsFile file;
    private readonly PeftConfig config;
    private readonly Transformer model;
    private readonly Dictionary<string, (PeftModule Module, IReadOnlyList<Linear> Parts)> places = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    public PeftReader(string folder, Transformer model)
    {
        this.model = model;
        config = PeftConfig.Read(folder);
        string path = Path.Combine(folder, PeftFolder.WeightsFile);
        if (!File.Exists(path) && File.Exists(Path.Combine(folder, "adapter_model.bin")))
            throw new GrimoireException($"{folder}: adapter_model.bin is a pickle, which could run code; save the adapter as safetensors.");
        file = SafetensorsFile.Open(path);
        Config = config.Kind is AdapterKind.Prompt or AdapterKind.Prefix ? config.Config : WithLayers(config.Config);
    }

    /// <summary>What the adapter is made of, every layer by name.</summary>
    public AdapterConfig Config { get; }

    /// <summary>What it was trained on, as its config says.</summary>
    public string? BasePath => config.BasePath;

    /// <summary>The numbers of a name and shape of ours.</summary>
    /// <exception cref="GrimoireException">They are missing or of another shape.</exception>
    public Tensor Get(string ours, Shape shape)
    {
        if (Config.Kind is AdapterKind.Prompt or AdapterKind.Prefix)
            return VirtualTokens.Read(Stored(PeftFolder.VirtualTokens, VirtualTokens.StoredShape(model.Config, Config)), ours, model.Config);
        string[] name = ours.Split('.');
        int words = ours.EndsWith(".weight", StringComparison.Ordinal) ? 2 : 1;
        string layer = string.Join('.', name[..^words]), what = string.Join('.', name[^words..]);
        (PeftModule module, IReadOnlyList<Linear> parts) = places[layer];
        Linear linear = module.Layers.First(candidate => candidate.Name == layer);
        string stored = $"{PeftFolder.Prefix}{module.Path}.{what}";
        return what switch
        {
            "lora_A.weight" => LowRankInput(stored, module, parts, linear, shape[0]),
            "lora_B.weight" => LowRankOutput(stored, module, parts, linear, shape[1]),
            "lora_magnitude_vector" => Rows(Stored(file.Contains(stored) ? stored : $"{stored}.weight", module.Outputs), module, linear),
            _ when shape == linear.Weight.Shape[0] && !Config.ScaledInputs.Contains(layer) =>
                Rows(Stored(stored, (module.Outputs, 1)).Reshape(module.Outputs), module, linear),
            _ => Stored(stored, (1, module.Inputs)).Reshape(module.Inputs).Keep(),
        };
    }

    /// <summary>Checks that no stored tensor is left over.</summary>
    /// <exception cref="GrimoireException">One is.</exception>
    public void CheckAllUsed()
    {
        if (file.Entries.FirstOrDefault(entry => !used.Contains(entry.Name) && !(config.IsScoring && PeftFolder.ScoreNames.Contains(entry.Name))) is { } unused)
        {
            throw new GrimoireException(
                $"{file.Path}: {unused.Name} belongs to nothing that {PeftConfig.FileName} adapts in this {model.Config.Family} model; " +
                "the files do not belong together.");
        }
    }

    /// <summary>Resolves the config's words to the model's layers.</summary>
    private AdapterConfig WithLayers(AdapterConfig read)
    {
        PeftModule[] modules = [.. PeftModule.Of(model).Where(module => config.Targets(module.Path))];
        if (modules.Length == 0)
            throw config.Refusal("target_modules", $"it names no linear layer of this {model.Config.Family} model");
        var exceptions = new Dictionary<string, (int Rank, double Alpha)>(StringComparer.Ordinal);
        var scaledInputs = new List<string>();
        foreach (PeftModule module in modules)
        {
            IReadOnlyList<Linear> parts = PartsOf(module);
            (int Rank, double Alpha) numbers = read.Kind == AdapterKind.Lora
                ? Divided(config.Of(module.Path), module, parts.Count, read.RankStabilized)
                : default;
            foreach (Linear layer in parts.Count > 0 ? parts : module.Layers)
            {
                places.Add(layer.Name, (module, parts));
                if (numbers.Rank > 0 && numbers != (read.Rank, read.Alpha))
                    exceptions.Add(layer.Name, numbers);
                if (read.Kind == AdapterKind.Ia3 && config.ScalesInput(module.Path))
                    scaledInputs.Add(layer.Name);
            }
        }

        return read with { Targets = [.. places.Keys], Exceptions = exceptions, ScaledInputs = [.. scaledInputs] };
    }

    /// <summary>The layers of a fused module that have blocks of their own; none where they share one A, as PEFT has it.</summary>
    private IReadOnlyList<Linear> PartsOf(PeftModule module)
    {
        if (module.Layers.Count == 1 || !file.Metadata.TryGetValue(PeftFolder.PartsKey, out string? parts))
            return [];
        string[] kinds = parts.Split(' ');
        return [.. module.Layers.Where(layer => kinds.Contains(AdapterTargets.Kind(layer)))];
    }

    /// <summary>Rank and α of each of several blocks that are stored as one.</summary>
    private (int Rank, double Alpha) Divided((int Rank, double Alpha) stored, PeftModule module, int parts, bool isStabilized)
    {
        if (parts <= 1)
            return stored;
        if (stored.Rank % parts != 0)
            throw new GrimoireException($"{file.Path}: {module.Path} has {parts} blocks, which do not divide its rank of {stored.Rank}.");
        return (stored.Rank / parts, stored.Alpha / (isStabilized ? Math.Sqrt(parts) : parts));
    }

    /// <summary>A, shared by all layers of the module or one block of rows each.</summary>
    private Tensor LowRankInput(string name, PeftModule module, IReadOnlyList<Linear> parts, Linear layer, int rank)
    {
        Tensor stored = Stored(name, (rank * Math.Max(1, parts.Count), module.Inputs));
        return stored.Rows(parts.Count > 0 ? Index(parts, layer) * rank : 0, rank).Keep();
    }

    /// <summary>The layer's rows of B, and its block of columns where there are several.</summary>
    private Tensor LowRankOutput(string name, PeftModule module, IReadOnlyList<Linear> parts, Linear layer, int rank)
    {
        Tensor rows = Rows(Stored(name, (module.Outputs, rank * Math.Max(1, parts.Count))), module, layer);
        return parts.Count <= 1 ? rows : LowRankBlocks.Columns(rows, Index(parts, layer) * rank, rank);
    }

    /// <summary>The layer's own of a module's outputs, in the model's order.</summary>
    private Tensor Rows(Tensor stored, PeftModule module, Linear layer) =>
        PeftFolder.Ordered(stored.Rows(module.FirstRow(layer), layer.Weight.Shape[0]).Keep(), layer, model.Config, interleaved: true);

    private Tensor Stored(string name, Shape shape)
    {
        if (!file.Contains(name))
            throw new GrimoireException($"{file.Path}: {name} is missing, though {PeftConfig.FileName} says that it is adapted.");
        used.Add(name);
        Tensor stored = file.Tensor(name);
        if (stored.Shape != shape || !stored.DType.IsFloat())
            throw new GrimoireException($"{file.Path}: {name} is {stored} where {PeftConfig.FileName} and this {model.Config.Family} model ask for {shape}.");
        return stored.To(DType.F32, name);
    }

    private static int Index(IReadOnlyList<Linear> parts, Linear layer) => parts.ToList().IndexOf(layer);
}
