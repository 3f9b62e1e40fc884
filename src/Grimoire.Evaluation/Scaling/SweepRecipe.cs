using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Evaluation.Scaling;

/// <summary>Everything that decides a sweep: which sizes, under which budgets, on which text, and how each model is trained.</summary>
public sealed record SweepRecipe
{
    // What the sweep decides for each run, and what a run of a sweep has no use for.
    private static readonly string[] Decided =
    [
        "description", "layers", "heads", "kv_heads", "channels", "feed_forward", "steps", "minutes", "lr", "threads",
        "log_interval", "eval_interval", "sample_interval", "prompts", "sample_tokens", "temperature", "checkpoint_interval", "keep",
    ];

    /// <summary>Budgets in floating-point operations, as in 3e12.</summary>
    public IReadOnlyList<string> Budgets { get; init; } = [];

    /// <summary>Sizes as layers x channels; none to have those chosen for each budget that see from 4 to 250 tokens a parameter.</summary>
    public IReadOnlyList<string> Sizes { get; init; } = [];

    /// <summary>Sizes under the largest budget; none for those of the others.</summary>
    public IReadOnlyList<string> LargestSizes { get; init; } = [];

    /// <summary>Peak learning rate; null to have it chosen from the width.</summary>
    public double? LearningRate { get; init; }

    /// <summary>How the law is fitted; the draws have the seed of the runs.</summary>
    public FitSettings Fit { get; init; } = new();

    /// <summary>What all runs have in common.</summary>
    public PretrainRecipe Common { get; init; } = new()
    {
        Data = new DataSettings { ValidationFraction = 0.05 },
        Tokenizer = new TokenizerSettings { Vocabulary = 1024 },
        Model = new ModelSettings { Context = 128 },
        Optimizer = new OptimizerSettings { Kind = OptimizerKind.Muon, MinimumLearningRate = 1e-4 },
        Log = new LogSettings { EvaluationBatches = 20, SampleInterval = 0, Keep = 1 },
    };

    /// <summary>Every setting of the recipe, group by group.</summary>
    public static SettingList<SweepRecipe> Settings { get; } =
    [
        Setting.Of("budgets", "budgets in floating-point operations, as in 1e12,3e12,1e13", Texts("numbers"),
            (SweepRecipe r) => r.Budgets, (r, v) => r with { Budgets = Divided(v) }, "Sweep"),
        Setting.Of("sizes", "sizes as layers x channels, as in 2x64,3x96 (none: chosen for each budget, 4 to 250 tokens a parameter)", Texts("sizes"),
            (SweepRecipe r) => r.Sizes, (r, v) => r with { Sizes = Divided(v) }, "Sweep"),
        Setting.Of("largest_sizes", "sizes under the largest budget, whose losses are foretold (none: as the others)", Texts("sizes"),
            (SweepRecipe r) => r.LargestSizes, (r, v) => r with { LargestSizes = Divided(v) }, "Sweep"),
        Setting.Of("lr", "peak learning rate (none: chosen from the width)", Number(0, 100).OrNone(),
            (SweepRecipe r) => r.LearningRate, (r, v) => r with { LearningRate = v }, "Optimizer"),
        .. FitSettings.Settings.Within((SweepRecipe r) => r.Fit, (r, v) => r with { Fit = v }, "Fit"),
        .. PretrainRecipe.Settings.Where(setting => !Decided.Contains(setting.Key)).Select(setting => setting.Within(
            (SweepRecipe r) => r.Common, (r, v) => r with { Common = v }, setting.Group)),
    ];

    /// <summary>The budgets as numbers, smallest first.</summary>
    /// <exception cref="GrimoireException">One is no number above 0, or is given twice.</exception>
    public IReadOnlyList<double> Operations()
    {
        double[] budgets = [.. Budgets.Select(Operations).Order()];
        if (budgets.Length < 2)
            throw new GrimoireException("A sweep compares budgets: give at least two with --budgets, as in --budgets 1e12,3e12,1e13.");
        if (budgets.Distinct().Count() < budgets.Length)
            throw new GrimoireException("--budgets: a budget is given twice; keep one.");
        return budgets;
    }

    /// <summary>Every value, as it is written to <c>run.json</c>.</summary>
    public JsonObject ToJson() => Settings.ToJson(this);

    internal static string[] Divided(IReadOnlyList<string> values) =>
        [.. values.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    internal static double Operations(string budget) =>
        double.TryParse(budget, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 1e6 and <= 1e30
            ? value : throw new GrimoireException($"--budgets: \"{budget}\" is no number of operations from 1e6 to 1e30.");
}
