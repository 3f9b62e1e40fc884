using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>An adapter in a folder as Hugging Face's PEFT keeps it: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
internal static class PeftFolder
{
    /// <summary>The weights.</summary>
    public const string WeightsFile = "adapter_model.safetensors";

    /// <summary>
    /// Says which layers of a fused module are adapted, as in <c>q v</c>, and that each has blocks of its own in A and B: PEFT has one A for the whole module,
    /// and adapters trained here one for each layer, which together are one of higher rank.
    /// </summary>
    public const string PartsKey = "grimoire.parts";

    /// <summary>What PEFT puts before every module.</summary>
    public const string Prefix = "base_model.model.";

    /// <summary>What a prompt or a prefix is called.</summary>
    public const string VirtualTokens = "prompt_embeddings";

    /// <summary>What a reward model's head is called: with an adapter in the layers, and with tokens before every sequence.</summary>
    public static readonly string[] ScoreNames = [Prefix + RewardModel.ScoreWeight, "base_model." + RewardModel.ScoreWeight];

    /// <summary>Whether a folder holds an adapter.</summary>
    public static bool Is(string path) => File.Exists(Path.Combine(path, PeftConfig.FileName));

    /// <summary>The weight of a reward model's head that is kept beside an adapter, in F32; null where there is none.</summary>
    /// <exception cref="GrimoireException">The folder says that there is one and has none, or a file is damaged.</exception>
    public static Tensor? Score(string folder)
    {
        if (!PeftConfig.Read(folder).IsScoring)
            return null;
        SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, WeightsFile));
        string name = ScoreNames.FirstOrDefault(file.Contains) ?? throw new GrimoireException(
            $"{file.Path}: {ScoreNames[0]} is missing, though the adapter is a reward model's.");
        return file.Tensor(name).To(DType.F32, name).Keep();
    }

    /// <summary>Reads an adapter for a model.</summary>
    /// <exception cref="GrimoireException">A file is missing, damaged or not understood, or the two do not belong together.</exception>
    public static Adapter Load(string folder, Transformer model, bool trainable)
    {
        var reader = new PeftReader(folder, model);
        try
        {
            var adapter = new Adapter(model, reader.Config, reader.Get, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))))
            {
                BasePath = reader.BasePath,
            };
            reader.CheckAllUsed();
            adapter.SetTrainable(trainable);
            return adapter;
        }
        catch (GrimoireException e) when (!e.Message.StartsWith(folder, StringComparison.Ordinal))
        {
            throw new GrimoireException($"{folder}: {e.Message}", e);
        }
    }

    /// <summary>Rows of a layer's outputs in the other order where the model's differs from Hugging Face's: in GGUF files of <c>llama</c>.</summary>
    /// <param name="rows">One row for each output.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="config">The model.</param>
    /// <param name="interleaved">The order wanted.</param>
    public static Tensor Ordered(Tensor rows, Linear layer, ModelConfig config, bool interleaved) =>
        IsRotated(layer) && config.Positions == PositionKind.Rotary && config.Rotary.Interleaved
            ? RotaryRows.Reordered(rows, config.HeadDim, config.Rotary.Dimensions(config.HeadDim), interleaved)
            : rows;

    private static bool IsRotated(Linear layer) => AdapterTargets.Kind(layer) is "q" or "k";
}
