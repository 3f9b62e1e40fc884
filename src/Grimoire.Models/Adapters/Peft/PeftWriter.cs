using System.Text.Json;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>Writes an adapter as PEFT reads it.</summary>
internal sealed class PeftWriter
{
    private readonly Adapter adapter;
    private readonly Transformer model;
    private readonly Dictionary<string, LinearAdapter> layers;
    private readonly PeftModule[] modules;
    private readonly List<StoredTensor> tensors = [];
    private readonly Dictionary<string, (int Rank, double Alpha)> numbers = new(StringComparer.Ordinal);
    private readonly string? parts;
    private readonly Head? score;

    private PeftWriter(Adapter adapter, Transformer model, Head? score)
    {
        (this.adapter, this.model, this.score) = (adapter, model, score);
        layers = adapter.Layers.ToDictionary(layer => layer.Layer, StringComparer.Ordinal);
        modules = [.. PeftModule.Of(model).Where(module => module.Layers.Any(layer => layers.ContainsKey(layer.Name)))];
        parts = Parts();
    }

    /// <summary>Writes the folder, the config last.</summary>
    /// <exception cref="GrimoireException">PEFT's files cannot express the adapter, or the folder cannot be written.</exception>
    public static void Write(Adapter adapter, Transformer model, string folder, string? basePath, Head? score)
    {
        var writer = new PeftWriter(adapter, model, score);
        foreach (PeftModule module in writer.modules)
            writer.Add(module);
        if (adapter.Virtual is { } tokens)
            writer.Add(PeftFolder.VirtualTokens, tokens.Stored(model.Config));
        if (score is not null)
            writer.Add(PeftFolder.ScoreNames[adapter.Virtual is null ? 0 : 1], score.Weight);
        Directory.CreateDirectory(folder);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" };
        if (writer.parts is not null)
            metadata.Add(PeftFolder.PartsKey, writer.parts);
        Safetensors.Write(Path.Combine(folder, PeftFolder.WeightsFile), writer.tensors, metadata);
        AtomicFile.Write(Path.Combine(folder, PeftConfig.FileName), stream => writer.WriteConfig(stream, basePath));
    }

    private void Add(PeftModule module)
    {
        string name = PeftFolder.Prefix + module.Path;
        LinearAdapter?[] found = Found(module);
        switch (found.First(layer => layer is not null))
        {
            case ChannelScale { OfInput: true } scale:
                if (found.Any(other => other is not ChannelScale same || !same.Factors.Span<float>().SequenceEqual(scale.Factors.Span<float>())))
                    throw new GrimoireException($"adapter {adapter.Name}: {module.Path} scales its layers' inputs differently, which PEFT cannot express.");
                Add($"{name}.ia3_l", scale.Factors.Reshape((1, module.Inputs)));
                break;
            case ChannelScale:
                Add($"{name}.ia3_l", Rows(module, found, layer => ((ChannelScale)layer).Factors, _ => 1).Reshape((module.Outputs, 1)));
                break;
            default:
                AddLowRank(module, name, [.. found.Select(LowRankOf)]);
                if (found.OfType<DecomposedLowRank>().Any())
                    Add($"{name}.lora_magnitude_vector", Rows(module, found, layer => ((DecomposedLowRank)layer).Magnitude, null));
                break;
        }
    }

    private void AddLowRank(PeftModule module, string name, LowRank?[] found)
    {
        LowRank first = found.OfType<LowRank>().First();
        int rank = first.A.Shape[0], blocks = IsFused(module) && parts is not null ? found.Count(layer => layer is not null) : 1, block = 0;
        if (found.Any(layer => layer is not null && layer.A.Shape[0] != rank))
            throw new GrimoireException($"adapter {adapter.Name}: the layers of {module.Path} have different ranks, which PEFT's files cannot express.");
        Tensor a = Tensor.Zeros((rank * blocks, module.Inputs)), b = Tensor.Zeros((module.Outputs, rank * blocks));
        for (int i = 0; i < found.Length; i++)
        {
            if (found[i] is not { } layer)
                continue;
            int column = blocks > 1 ? block++ * rank : 0;
            Kernels.Simd.CopyRows(layer.A, 0, rank, a, column);
            Tensor rows = PeftFolder.Ordered(layer.B, module.Layers[i], model.Config, interleaved: false);
            LowRankBlocks.Put(rows, 0, rank, b, module.FirstRow(module.Layers[i]), column);
        }

        numbers.Add(module.Path, (rank * blocks, adapter.Config.Of(first.Layer).Alpha * (adapter.Config.RankStabilized ? Math.Sqrt(blocks) : blocks)));
        Add($"{name}.lora_A.weight", a);
        Add($"{name}.lora_B.weight", b);
    }

    /// <summary>The kinds of layers that have numbers of their own in fused modules, or null where all layers of each have them and share one A.</summary>
    private string? Parts()
    {
        (PeftModule Module, LinearAdapter?[] Found)[] fused = [.. modules.Where(IsFused).Select(module => (module, Found(module)))];
        if (fused.All(pair => pair.Found.All(layer => layer is not null && HaveSameInput(layer, pair.Found[0]))))
            return null;
        static string Kinds(PeftModule module, Func<int, bool> which) =>
            string.Join(' ', module.Layers.Where((_, i) => which(i)).Select(AdapterTargets.Kind));
        var known = fused.SelectMany(pair => Kinds(pair.Module, i => pair.Found[i] is not null).Split(' ')).Distinct().ToArray();
        foreach ((PeftModule module, LinearAdapter?[] found) in fused)
        {
            if (Kinds(module, i => found[i] is not null) != Kinds(module, i => known.Contains(AdapterTargets.Kind(module.Layers[i]))))
                throw new GrimoireException($"adapter {adapter.Name}: {module.Path} adapts other layers than in other blocks, which PEFT cannot express.");
        }

        return string.Join(' ', known);
    }

    private static bool HaveSameInput(LinearAdapter one, LinearAdapter? other) =>
        LowRankOf(one)?.A is not { } a || (LowRankOf(other)?.A is { } b && a.Span<float>().SequenceEqual(b.Span<float>()));

    private static bool IsFused(PeftModule module) => module.Layers.Count > 1;

    private static LowRank? LowRankOf(LinearAdapter? layer) => layer as LowRank ?? (layer as DecomposedLowRank)?.Low;

    private LinearAdapter?[] Found(PeftModule module) => [.. module.Layers.Select(layer => layers.GetValueOrDefault(layer.Name))];

    /// <summary>One number for each output of a module; where a layer is not adapted, what changes nothing.</summary>
    private Tensor Rows(PeftModule module, LinearAdapter?[] found, Func<LinearAdapter, Tensor> values, Func<int, float>? neutral)
    {
        Tensor rows = Tensor.Zeros(module.Outputs);
        for (int i = 0; i < found.Length; i++)
        {
            Linear layer = module.Layers[i];
            Tensor own = Tensor.Zeros(layer.Weight.Shape[0]);
            if (found[i] is { } adapted)
                own = values(adapted);
            else if (neutral is not null)
                own.Span<float>().Fill(neutral(i));
            else
                RowNorms.Roots(RowNorms.Squares(layer.Weight), own);
            Kernels.Simd.CopyRows(PeftFolder.Ordered(own, layer, model.Config, interleaved: false), 0, own.Shape[0], rows, module.FirstRow(layer));
        }

        return rows;
    }

    private void Add(string name, Tensor values) => tensors.Add(new StoredTensor(name, values.DType, values.Shape, () => values));

    private void WriteConfig(Stream stream, string? basePath)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("base_model_name_or_path", basePath ?? adapter.BasePath ?? "");
        json.WriteBoolean("inference_mode", true);
        json.WriteString("task_type", score is not null ? PeftConfig.ScoringTask : model.Config.Head ? "CAUSAL_LM" : "FEATURE_EXTRACTION");
        if (score is not null)
        {
            json.WriteStartArray("modules_to_save");
            json.WriteStringValue(PeftConfig.ScoreModule);
            json.WriteEndArray();
        }

        AdapterConfig config = adapter.Config;
        switch (config.Kind)
        {
            case AdapterKind.Lora:
                json.WriteString("peft_type", "LORA");
                WriteLora(json, config);
                break;
            case AdapterKind.Ia3:
                json.WriteString("peft_type", "IA3");
                WriteNames(json, "target_modules", modules);
                WriteNames(json, "feedforward_modules", modules.Where(module => module.Layers.Any(IsInputScaled)));
                WriteTransposed(json);
                break;
            default:
                json.WriteString("peft_type", config.Kind == AdapterKind.Prompt ? "PROMPT_TUNING" : "PREFIX_TUNING");
                VirtualTokens.WriteConfig(json, model.Config, config);
                break;
        }

        json.WriteEndObject();
    }

    private void WriteLora(Utf8JsonWriter json, AdapterConfig config)
    {
        json.WriteNumber("r", config.Rank);
        json.WriteNumber("lora_alpha", config.Alpha);
        json.WriteNumber("lora_dropout", config.Dropout);
        json.WriteString("bias", "none");
        json.WriteBoolean("use_rslora", config.RankStabilized);
        json.WriteBoolean("use_dora", config.Dora);
        json.WriteBoolean("init_lora_weights", true);
        WriteTransposed(json);
        WriteNames(json, "target_modules", modules);
        WritePattern(json, "rank_pattern", numbers.Where(pair => pair.Value.Rank != config.Rank).Select(pair => (pair.Key, (double)pair.Value.Rank)));
        WritePattern(json, "alpha_pattern", numbers.Where(pair => pair.Value.Alpha != config.Alpha).Select(pair => (pair.Key, pair.Value.Alpha)));
    }

    private bool IsInputScaled(Linear layer) => layers.GetValueOrDefault(layer.Name) is ChannelScale { OfInput: true };

    private void WriteTransposed(Utf8JsonWriter json) => json.WriteBoolean("fan_in_fan_out", modules.Any(module => module.IsTransposed));

    private void WriteNames(Utf8JsonWriter json, string key, IEnumerable<PeftModule> named)
    {
        json.WriteStartArray(key);
        foreach (string name in PeftPattern.Shortest([.. named.Select(module => module.Path)], PeftModule.Paths(model)))
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static void WritePattern(Utf8JsonWriter json, string key, IEnumerable<(string Path, double Number)> pairs)
    {
        json.WriteStartObject(key);
        foreach ((string path, double number) in pairs)
            json.WriteNumber(path, number);
        json.WriteEndObject();
    }
}
