using System.Text.Json.Nodes;
using Grimoire.Models;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Training.Runs;

/// <summary>
/// Everything that decides how a model is raised from raw text. In a file it is one flat JSON object; each key is also an option of the command line.
/// </summary>
public sealed record PretrainRecipe
{
    /// <summary>What the recipe is for, in a sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>The text.</summary>
    public DataSettings Data { get; init; } = new();

    /// <summary>How text becomes tokens.</summary>
    public TokenizerSettings Tokenizer { get; init; } = new();

    /// <summary>The model.</summary>
    public ModelSettings Model { get; init; } = new();

    /// <summary>How weights are changed.</summary>
    public OptimizerSettings Optimizer { get; init; } = new();

    /// <summary>What is written down.</summary>
    public LogSettings Log { get; init; } = new();

    /// <summary>Sequences a pass.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Passes whose gradients are added up for a step.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Whether blocks are computed again in the backward pass rather than remembered.</summary>
    public bool Recompute { get; init; }

    /// <summary>How activations wait for the backward pass where they are remembered.</summary>
    public SavedActivations SavedActivations { get; init; }

    /// <summary>Optimizer steps; null to go by <see cref="Minutes"/>.</summary>
    public int? Steps { get; init; } = 2000;

    /// <summary>A time budget from which the number of steps is chosen; null to go by <see cref="Steps"/>.</summary>
    public double? Minutes { get; init; }

    /// <summary>Share of the target's probability spread over the vocabulary.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Weight of the squared log of the partition sum, which keeps logits small (PaLM, Chowdhery et al. 2022).</summary>
    public double ZLoss { get; init; }

    /// <summary>The seed all randomness comes from.</summary>
    public long Seed { get; init; } = 1337;

    /// <summary>Threads; null for one a core. The result does not depend on it.</summary>
    public int? Threads { get; init; }

    /// <summary>Every setting of the recipe, group by group.</summary>
    public static SettingList<PretrainRecipe> Settings { get; } =
    [
        Setting.Of("description", "what the recipe is for", Text("a sentence"),
            (PretrainRecipe r) => r.Description, (r, v) => r with { Description = v }, "Recipe"),
        .. DataSettings.Settings.Within((PretrainRecipe r) => r.Data, (r, v) => r with { Data = v }, "Data"),
        .. TokenizerSettings.Settings.Within((PretrainRecipe r) => r.Tokenizer, (r, v) => r with { Tokenizer = v }, "Tokenizer"),
        .. ModelSettings.Settings.Within((PretrainRecipe r) => r.Model, (r, v) => r with { Model = v }, "Model"),
        .. Training,
        .. OptimizerSettings.Settings.Within((PretrainRecipe r) => r.Optimizer, (r, v) => r with { Optimizer = v }, "Optimizer"),
        .. LogSettings.Settings.Within((PretrainRecipe r) => r.Log, (r, v) => r with { Log = v }, "What is written down"),
    ];

    private static SettingList<PretrainRecipe> Training =>
    [
        Setting.Of("batch", "sequences a pass", Count(1, 1 << 20), (PretrainRecipe r) => r.Batch, (r, v) => r with { Batch = v }, "Training"),
        Setting.Of("accumulate", "passes a step", Count(1, 1 << 20), (PretrainRecipe r) => r.Accumulate, (r, v) => r with { Accumulate = v }, "Training"),
        Setting.Of("recompute", "compute blocks again in the backward pass: less memory, a third more time", Flag,
            (PretrainRecipe r) => r.Recompute, (r, v) => r with { Recompute = v }, "Training"),
        Setting.Of("save_activations", "what blocks that are not computed again remember: f32, or bf16 for half the memory and rounded gradients",
            Choice<SavedActivations>(), (PretrainRecipe r) => r.SavedActivations, (r, v) => r with { SavedActivations = v }, "Training"),
        Setting.Of("steps", "optimizer steps", Count(1, int.MaxValue).OrNone(), (PretrainRecipe r) => r.Steps, (r, v) => r with { Steps = v }, "Training"),
        Setting.Of("minutes", "time budget from which the steps are chosen", Number(0.01, 1e6).OrNone(),
            (PretrainRecipe r) => r.Minutes, (r, v) => r with { Minutes = v }, "Training"),
        Setting.Of("label_smoothing", "share of the target's probability spread over the vocabulary", Number(0, 0.99),
            (PretrainRecipe r) => r.LabelSmoothing, (r, v) => r with { LabelSmoothing = v }, "Training"),
        Setting.Of("z_loss", "weight of the squared log partition sum", Number(0, 1),
            (PretrainRecipe r) => r.ZLoss, (r, v) => r with { ZLoss = v }, "Training"),
        Setting.Of("seed", "seed of all randomness", Integer(0), (PretrainRecipe r) => r.Seed, (r, v) => r with { Seed = v }, "Training"),
        Setting.Of("threads", "threads (none: one a core)", Count(1, 1024).OrNone(),
            (PretrainRecipe r) => r.Threads, (r, v) => r with { Threads = v }, "Training"),
    ];

    /// <summary>A recipe from a file over <paramref name="start"/> (or the defaults), with values of the command line over both, checked as a whole.</summary>
    /// <exception cref="GrimoireException">A value is refused, or values contradict each other.</exception>
    public static PretrainRecipe Load(string? path, IEnumerable<(string Key, string Value)> overrides, PretrainRecipe? start = null)
    {
        PretrainRecipe recipe = start ?? new PretrainRecipe();
        if (path is not null)
            recipe = Settings.ReadFile(recipe, path);
        recipe = Settings.Override(recipe, overrides);
        recipe.Check();
        return recipe;
    }

    /// <summary>Every value, as it is written to <c>run.json</c>.</summary>
    public JsonObject ToJson() => Settings.ToJson(this);

    /// <summary>Refuses values that contradict each other.</summary>
    /// <exception cref="GrimoireException">Values contradict each other.</exception>
    public void Check()
    {
        int keyValueHeads = Model.KeyValueHeads ?? Model.Heads;
        Require(Model.Channels % Model.Heads == 0, $"channels is {Model.Channels} and heads is {Model.Heads}; channels must be a multiple of heads");
        Require(Model.Heads % keyValueHeads == 0, $"heads is {Model.Heads} and kv_heads is {keyValueHeads}; heads must be a multiple of kv_heads");
        Require(Model.Family == ModelFamily.Llama || keyValueHeads == Model.Heads,
            "kv_heads differs from heads, which family gpt2 does not have; use family llama");
        Require(Model.Family != ModelFamily.Llama || Model.Channels / Model.Heads % 2 == 0,
            $"channels / heads is {Model.Channels / Model.Heads}; rotary positions turn pairs of channels, so it must be even");
        Require(Optimizer.MinimumLearningRate is not { } minimum || minimum <= Optimizer.LearningRate,
            $"min_lr is above lr ({Optimizer.LearningRate}); lower min_lr or raise lr");
        Require(Steps is not null || Minutes is not null, "neither steps nor minutes is given; give one");
        Require(Steps is not { } steps || Optimizer.Warmup is not { } warmup || warmup <= steps, $"warmup is longer than steps ({Steps}); shorten it");
    }

    private static void Require(bool good, string otherwise)
    {
        if (!good)
            throw new GrimoireException($"The recipe contradicts itself: {otherwise}.");
    }
}
