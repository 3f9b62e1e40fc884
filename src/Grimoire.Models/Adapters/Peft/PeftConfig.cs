using Grimoire.Models.Formats;

namespace Grimoire.Models.Adapters;

/// <summary>An <c>adapter_config.json</c>, read with suspicion: what is not understood and could change the result is refused by name.</summary>
internal sealed class PeftConfig
{
    /// <summary>The file.</summary>
    public const string FileName = "adapter_config.json";

    /// <summary>PEFT's name for what a reward model does, and for its head.</summary>
    public const string ScoringTask = "SEQ_CLS", ScoreModule = "score";

    /// <summary>What says how an adapter came to be, not what it does.</summary>
    private static readonly string[] Harmless =
    [
        "auto_mapping", "base_model_class", "parent_library", "peft_version", "revision", "task_type", "inference_mode", "fan_in_fan_out", "megatron_core",
        "loftq_config", "eva_config", "corda_config", "lora_ga_config", "runtime_config", "qalora_group_size", "init_ia3_weights", "encoder_hidden_size",
        "encoder_num_layers", "encoder_dropout", "encoder_reparameterization_type", "prompt_tuning_init", "prompt_tuning_init_text", "tokenizer_name_or_path",
        "tokenizer_kwargs", "num_attention_heads", "layers_pattern", "ensure_weight_tying",
    ];

    private readonly JsonRecord json;
    private readonly string[]? targets, excluded;
    private readonly string? expression, excludedExpression;
    private readonly int[]? layers;
    private readonly JsonRecord? ranks, alphas;

    private PeftConfig(string path)
    {
        Path = path;
        json = JsonRecord.Read(path);
        Kind = KindOf();
        BasePath = json.Has("base_model_name_or_path") ? json.Text("base_model_name_or_path") : null;
        json.Skip(Harmless);
        (targets, expression) = Names("target_modules");
        (excluded, excludedExpression) = Names("exclude_modules");
        layers = json.Ids("layers_to_transform") is { Length: > 0 } some ? some : null;
        (ranks, alphas) = (json.Object("rank_pattern"), json.Object("alpha_pattern"));
        Config = Kind switch
        {
            AdapterKind.Lora => ReadLora(),
            AdapterKind.Ia3 => ReadIa3(),
            _ => ReadVirtualTokens(),
        };
        IsScoring = json.Text("task_type", "") == ScoringTask;
        string[] saved = json.Texts("modules_to_save") ?? [];
        if (saved.Length > 0 && !(IsScoring && saved.All(module => module is ScoreModule or "classifier")))
            throw json.Refusal("modules_to_save",
                "whole modules trained beside the adapter are not supported, but for a reward model's score; merge them where they were trained");
        if (json.Unasked.FirstOrDefault() is { } unknown)
            throw json.Refusal(unknown, "the key is unknown and may change what the adapter does; delete it if it does not");
    }

    /// <summary>Where it was read from.</summary>
    public string Path { get; }

    /// <summary>The kind.</summary>
    public AdapterKind Kind { get; }

    /// <summary>What it was trained on, as its writer called it; null if nothing is said.</summary>
    public string? BasePath { get; }

    /// <summary>Its numbers, without targets.</summary>
    public AdapterConfig Config { get; }

    /// <summary>Whether it is a reward model's, with a head beside the adapter.</summary>
    public bool IsScoring { get; }

    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="GrimoireException">It is missing or broken, or says something that is not understood.</exception>
    public static PeftConfig Read(string folder) => new(System.IO.Path.Combine(folder, FileName));

    /// <summary>Whether a module is to be changed.</summary>
    public bool Targets(string path)
    {
        bool isExcluded = excludedExpression is { } other ? PeftPattern.Matches(other, path, Path) : excluded is not null && PeftPattern.Ends(excluded, path);
        bool isNamed = expression == AdapterTargets.AllLinear
            || (expression is { } all ? PeftPattern.Matches(all, path, Path) : targets is not null && PeftPattern.Ends(targets, path));
        return isNamed && !isExcluded && (layers is null || (PeftPattern.Layer(path) is { } layer && layers.Contains(layer)));
    }

    /// <summary>Whether a module's inputs are scaled rather than its outputs; of IA³.</summary>
    public bool ScalesInput(string path)
    {
        (string[]? names, string? all) = Names("feedforward_modules");
        return all is not null ? PeftPattern.Matches(all, path, Path) : names is not null && PeftPattern.Ends(names, path);
    }

    /// <summary>Rank and α of a module.</summary>
    public (int Rank, double Alpha) Of(string path)
    {
        string? rank = ranks is null ? null : PeftPattern.Key(ranks.Keys, path, Path), alpha = alphas is null ? null : PeftPattern.Key(alphas.Keys, path, Path);
        return (rank is null ? Config.Rank : ranks!.Int(rank), alpha is null ? Config.Alpha : alphas!.Number(alpha));
    }

    /// <summary>An error about a key.</summary>
    public GrimoireException Refusal(string key, string why) => json.Refusal(key, why);

    /// <summary>A whole number that a prompt's or prefix's config may hold.</summary>
    public int Int(string key, int fallback) => json.Int(key, fallback);

    private AdapterKind KindOf() => json.Text("peft_type") switch
    {
        "LORA" => AdapterKind.Lora,
        "IA3" => AdapterKind.Ia3,
        "PROMPT_TUNING" => AdapterKind.Prompt,
        "PREFIX_TUNING" => AdapterKind.Prefix,
        _ => throw json.Refusal("peft_type", "this kind is not supported; known are LORA, IA3, PROMPT_TUNING and PREFIX_TUNING"),
    };

    private AdapterConfig ReadLora()
    {
        if (json.Text("bias", "none") != "none")
            throw json.Refusal("bias", "trained biases are not supported");
        if (json.Has("layer_replication"))
            throw json.Refusal("layer_replication", "layers that stand for several are not supported");
        if (json.IsText("init_lora_weights") ? json.Text("init_lora_weights") is not ("gaussian" or "eva" or "orthogonal") : !Said("init_lora_weights"))
            throw json.Refusal("init_lora_weights", "such an adapter belongs to a changed base; convert it to a plain LoRA where it was trained");
        return new AdapterConfig
        {
            Kind = AdapterKind.Lora,
            Rank = json.Int("r", 8),
            Alpha = json.Number("lora_alpha", 8),
            RankStabilized = json.Flag("use_rslora", false),
            Dora = json.Flag("use_dora", false),
            Dropout = json.Number("lora_dropout", 0),
        };
    }

    private AdapterConfig ReadIa3()
    {
        _ = Names("feedforward_modules");
        return new AdapterConfig { Kind = AdapterKind.Ia3 };
    }

    private AdapterConfig ReadVirtualTokens()
    {
        if (json.Flag("prefix_projection", false))
            throw json.Refusal("prefix_projection", "prefixes behind a network are not supported; save what the network gives");
        if (json.Int("num_transformer_submodules", 1) != 1)
            throw json.Refusal("num_transformer_submodules", "only models of one stack are supported");
        json.Skip("token_dim", "num_layers");
        return new AdapterConfig { Kind = Kind, VirtualTokens = json.Int("num_virtual_tokens") };
    }

    /// <summary>Asks for a flag that changes nothing.</summary>
    private bool Said(string key)
    {
        _ = json.Flag(key, true);
        return true;
    }

    /// <summary>A list of names, or one expression.</summary>
    private (string[]? Names, string? Expression) Names(string key) =>
        !json.Has(key) ? (null, null) : json.IsText(key) ? (null, json.Text(key)) : (json.Texts(key), null);
}
