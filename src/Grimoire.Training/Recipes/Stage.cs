using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>
/// One way of raising a model further: fine-tuning, a reward model, an alignment. A stage says what is learned from what; <see cref="StageRun"/>
/// does all that stages have in common: the run folder, resuming, the plan, checkpoints, the best model, the report.
/// </summary>
public abstract class Stage
{
    /// <summary>The words after <c>grimoire</c> that ask for it: <c>finetune</c>, <c>align dpo</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>What all stages can be told.</summary>
    public abstract StageSettings Settings { get; }

    /// <summary>Every value of the recipe, by the names of its settings.</summary>
    public abstract JsonObject ToJson();

    /// <summary>Refuses values that contradict each other.</summary>
    /// <exception cref="GrimoireException">Values contradict each other.</exception>
    public virtual void Check() => Settings.Check();

    /// <summary>The model as it is to be taught, such as with the chat template that its turns will be written in.</summary>
    public virtual LanguageModel Dress(LanguageModel model) => model;

    /// <summary>What is trained: the model that the settings name, as it is to be taught, with an adapter where they ask for one, and the heads.</summary>
    /// <exception cref="GrimoireException">The model's files or the settings are at fault.</exception>
    public virtual Learner MakeLearner() => StageModel.Load(this);

    /// <summary>Newborn heads that are trained with the model.</summary>
    public virtual IReadOnlyList<Head> MakeHeads(LanguageModel model) => [];

    /// <summary>Writes the finished model as those want it who use it.</summary>
    /// <exception cref="GrimoireException">The folder cannot be written.</exception>
    public virtual void Save(Learner learner, string folder) => learner.Save(folder);

    /// <summary>What one does with the finished model: in a few words, and the words after <c>grimoire</c>.</summary>
    /// <param name="run">The run folder.</param>
    public virtual (string Purpose, IReadOnlyList<string> Command) Next(string run) => ("Talk to it", ["chat", run]);

    /// <summary>Reads the data and says what is to be done with them.</summary>
    /// <exception cref="GrimoireException">The data are at fault.</exception>
    public abstract StageParts Open(StageContext context);
}

/// <summary>What a stage is given.</summary>
/// <param name="Learner">What is trained, as it is before the first step or, in a resumed run, where it stopped.</param>
/// <param name="BasePath">Where the model lies that it began as: of use for a reference that stays; empty for a newborn.</param>
/// <param name="Folder">The run folder.</param>
/// <param name="Kernels">What computes.</param>
/// <param name="Progress">Told in a few words what is being prepared.</param>
public sealed record StageContext(Learner Learner, string BasePath, string Folder, Kernels Kernels, IProgress<string>? Progress)
{
    /// <summary>What is trained, where it is a language model.</summary>
    public Trainee Trainee => (Trainee)Learner;

    /// <summary>The language model that is trained.</summary>
    public LanguageModel Model => Trainee.Model;
}

/// <summary>What a stage brings.</summary>
public sealed record StageParts
{
    /// <summary>A hash of the data, so that a run is not continued on others.</summary>
    public required string DataKey { get; init; }

    /// <summary>What is learned.</summary>
    public required Objective Objective { get; init; }

    /// <summary>Steps in which all data are seen once; null where that means nothing.</summary>
    public double? StepsPerEpoch { get; init; }

    /// <summary>What is measured before, now and then, and after; null for nothing.</summary>
    public Validation? Validation { get; init; }

    /// <summary>Lets the model write, at a step; before the first step and after the last at least. The same prompts each time. Null for nothing.</summary>
    public Func<long, IEnumerable<TextSample>>? Sample { get; init; }

    /// <summary>What is told before training: counts of examples and tokens, the chat format, the reference, …</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];

    /// <summary>Examples with the trained tokens marked.</summary>
    public IReadOnlyList<MarkedText> Examples { get; init; } = [];

    /// <summary>What the first loss must be; null where theory does not say.</summary>
    public KnownLoss? KnownLoss { get; init; }

    /// <summary>Adds to the report what only this stage knows, once training is over; null for nothing.</summary>
    public Func<ReportData, ReportData>? Report { get; init; }
}

/// <summary>A value that the first loss is known to be near.</summary>
/// <param name="Name">As in <c>ln 2</c>.</param>
/// <param name="Value">The value.</param>
/// <param name="Below">How far below it the loss may be.</param>
/// <param name="Above">How far above it the loss may be.</param>
public sealed record KnownLoss(string Name, double Value, double Below, double Above)
{
    /// <summary>ln 2: what a logistic loss is while both sides are held equal.</summary>
    public static KnownLoss LnTwo { get; } = new("ln 2", Math.Log(2), 1e-3, 1e-3);

    /// <summary>ln V: what a model must be below that knows anything.</summary>
    public static KnownLoss BelowUniform(int vocabulary) => new("ln V", Math.Log(vocabulary), double.PositiveInfinity, 0);

    /// <summary>Whether a loss is where it should be.</summary>
    public bool Fits(double loss) => loss >= Value - Below && loss <= Value + Above;
}
