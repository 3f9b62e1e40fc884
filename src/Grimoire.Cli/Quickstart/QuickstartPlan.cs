using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>What quickstart is asked for.</summary>
internal sealed record QuickstartSettings
{
    /// <summary>The folder of all its stages.</summary>
    public string Run { get; init; } = Path.Combine("runs", "quickstart");

    /// <summary>Whether to delete what is there.</summary>
    public bool Fresh { get; init; }

    /// <summary>Minutes of training, all stages together.</summary>
    public double Minutes { get; init; } = 3.6;

    /// <summary>Steps of each stage; null to go by the minutes.</summary>
    public int? Steps { get; init; }

    /// <summary>The seed of the model; the world is always that of seed 1.</summary>
    public long Seed { get; init; } = 1337;

    /// <summary>The settings by name.</summary>
    public static SettingList<QuickstartSettings> Settings { get; } =
    [
        Setting.Of("run", "the run folder", SettingTypes.Text("a path"), (QuickstartSettings c) => c.Run, (c, v) => c with { Run = v }),
        Setting.Of("fresh", "delete the run that is there and begin anew", SettingTypes.Flag,
            (QuickstartSettings c) => c.Fresh, (c, v) => c with { Fresh = v }),
        Setting.Of("minutes", "time budget of all training together", SettingTypes.Number(0.01, 1e6),
            (QuickstartSettings c) => c.Minutes, (c, v) => c with { Minutes = v }),
        Setting.Of("steps", "steps of each stage, instead of a time budget", SettingTypes.Count(1, int.MaxValue).OrNone(),
            (QuickstartSettings c) => c.Steps, (c, v) => c with { Steps = v }),
        Setting.Of("seed", "seed of all randomness", SettingTypes.Integer(0), (QuickstartSettings c) => c.Seed, (c, v) => c with { Seed = v }),
    ];
}

/// <summary>The stages of quickstart: where each lies, what it learns from and its share of the time.</summary>
/// <param name="settings">What was asked for.</param>
/// <param name="threads">Threads; null for one a core.</param>
internal sealed class QuickstartPlan(QuickstartSettings settings, int? threads)
{
    /// <summary>The names of the stages, and of their folders, in order.</summary>
    public static readonly IReadOnlyList<string> Stages = ["pretrain", "finetune", "align"];

    // Most of the time goes to reading: who knows nothing has nothing to answer.
    private const double PretrainShare = 0.6, FinetuneShare = 0.28, AlignShare = 0.12;

    // The recipe's rate is for hundreds of steps; in a minute a model gets further by larger ones, and forgets more of its sums.
    private const double HurriedRate = 0.01;

    /// <summary>The folder of all stages.</summary>
    public string Folder => settings.Run;

    /// <summary>Where the world's files are.</summary>
    public string World => Path.Combine(Folder, "world");

    /// <summary>The run folder of a stage.</summary>
    public string FolderOf(string stage) => Path.Combine(Folder, stage);

    /// <summary>A file of the world.</summary>
    public string FileOf(string name) => Path.Combine(World, name);

    /// <summary>From stories and portraits to a model that continues text.</summary>
    public PretrainRecipe Pretrain()
    {
        PretrainRecipe recipe = Recipes.Read("quickstart");
        return recipe with
        {
            Data = recipe.Data with { Paths = [FileOf("pretrain.train.jsonl")], Validation = FileOf("heldout.jsonl") },
            Steps = settings.Steps,
            Minutes = Minutes(PretrainShare),
            Seed = settings.Seed,
            Threads = threads,
        };
    }

    /// <summary>From lessons to a model that answers.</summary>
    public Stage Finetune()
    {
        FinetuneRecipe recipe = Recipes.Read(FinetuneRecipe.Settings, new FinetuneRecipe(), "world-finetune");
        return new FinetuneStage(recipe with
        {
            Data = [FileOf("sft.train.jsonl")],
            Validation = [FileOf("sft.validation.jsonl")],
            LearningRate = HurriedRate,
            Stage = Timed(recipe.Stage, "pretrain", FinetuneShare),
        });
    }

    /// <summary>From the world's verdicts on its own answers to a model whose answers earn more.</summary>
    public Stage Align()
    {
        GrpoRecipe recipe = Recipes.Read(GrpoRecipe.Settings, new GrpoRecipe(), "world-grpo");
        return new GrpoStage(recipe with
        {
            Prompts = recipe.Prompts with { Paths = [FileOf("preferences.train.jsonl")] },
            Stage = Timed(recipe.Stage, "finetune", AlignShare),
        });
    }

    private StageSettings Timed(StageSettings stage, string from, double share) => stage with
    {
        Model = StageRun.ModelFolder(FolderOf(from)),
        Steps = settings.Steps,
        Epochs = null,
        Minutes = Minutes(share),
        Seed = settings.Seed,
        Threads = threads,
    };

    private double? Minutes(double share) => settings.Steps is null ? settings.Minutes * share : null;
}
