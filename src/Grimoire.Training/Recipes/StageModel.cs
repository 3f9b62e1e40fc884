using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>How settings become what is trained and what trains it.</summary>
internal static class StageModel
{
    // A model that knows something already needs little warm-up.
    private const double WarmupShare = 0.03;

    /// <summary>The model that a stage begins with, what is added to it, and which of it is trained.</summary>
    public static Trainee Load(Stage stage)
    {
        StageSettings settings = stage.Settings;
        bool whole = settings.Adapter.Kind == AdapterChoice.None;
        LanguageModel model = stage.Dress(LanguageModel.Load(settings.Model, trainable: whole));
        settings.Adapter.Make(model.Transformer, (ulong)settings.Seed);
        return new Trainee(model, stage.MakeHeads(model));
    }

    public static Optimizer MakeOptimizer(OptimizerSettings o, Learner learner, Kernels kernels)
    {
        var adam = new AdamWOptions((float)o.Beta1, (float)o.Beta2, Decay: (float)o.WeightDecay);
        return o.Kind switch
        {
            OptimizerKind.Sgd => new Sgd(learner.Parameters, kernels, (float)o.Momentum, (float)o.WeightDecay),
            OptimizerKind.Muon => new Muon(learner.Parameters, adam, kernels, (float)o.Momentum),
            _ => new AdamW(learner.Parameters, adam, kernels),
        };
    }

    public static Schedule MakeSchedule(OptimizerSettings o, long steps)
    {
        float peak = (float)o.LearningRate;
        return new Schedule(o.Schedule, peak, (float?)o.MinimumLearningRate ?? peak / 10, o.Warmup ?? (long)Math.Ceiling(WarmupShare * steps), steps);
    }
}
