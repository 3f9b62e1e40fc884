using Grimoire.Models;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Scaling;

/// <summary>One model of a sweep, before it is trained.</summary>
public sealed record SweepRun
{
    // A schedule of fewer steps is over before it has begun.
    private const int FewestSteps = 40;

    // Along the way a glance is enough: all held-out text is read at the end.
    private const int Validations = 5, StepsPerValidationBatch = 20;

    /// <summary>The shape of the model.</summary>
    public required ModelSize Size { get; init; }

    /// <summary>The operations it may cost.</summary>
    public required double Budget { get; init; }

    /// <summary>Whether it is of the largest budget, so that its loss is foretold.</summary>
    public required bool IsLargest { get; init; }

    /// <summary>How it is trained; its schedule ends where its tokens end.</summary>
    public required PretrainRecipe Recipe { get; init; }

    /// <summary>N: all trained values, the embedding too. It is the unembedding as well, and multiplies in every pass.</summary>
    public required long Parameters { get; init; }

    /// <summary>Trained values of the blocks alone.</summary>
    public required long BlockParameters { get; init; }

    /// <summary>D: tokens learned from.</summary>
    public required long Tokens { get; init; }

    /// <summary>C: operations of forward and backward passes, attention's included (<see cref="ModelConfig.ForwardOperations"/>, three times).</summary>
    public required double Operations { get; init; }

    /// <summary>Its name, as in <c>2x64-3e12</c>.</summary>
    public string Name => FormattableString.Invariant($"{Size}-{Budget:0.###e0}");

    /// <summary>The run that spends a budget on a size; null where that would be too few steps.</summary>
    /// <param name="recipe">The sweep.</param>
    /// <param name="size">The size.</param>
    /// <param name="budget">The budget.</param>
    /// <param name="isLargest">Whether there is no larger budget.</param>
    /// <param name="vocabulary">Pieces of the vocabulary.</param>
    public static SweepRun? Of(SweepRecipe recipe, ModelSize size, double budget, bool isLargest, int vocabulary)
    {
        PretrainRecipe common = size.In(recipe.Common);
        ModelConfig config = Pretraining.ConfigOf(common, vocabulary);
        double perToken = 3 * config.ForwardOperations(common.Model.Context);
        long tokensPerStep = (long)common.Batch * common.Accumulate * common.Model.Context;
        double wanted = Math.Round(budget / (perToken * tokensPerStep));
        if (wanted is < FewestSteps or > int.MaxValue)
            return null;
        int steps = (int)wanted, seldom = Math.Max(1, steps / Validations);
        return new SweepRun
        {
            Size = size,
            Budget = budget,
            IsLargest = isLargest,
            Recipe = common with
            {
                Steps = steps,
                Minutes = null,
                Optimizer = common.Optimizer with { LearningRate = recipe.LearningRate ?? Sizing.LearningRate(size.Channels) },
                Log = common.Log with
                {
                    Interval = Math.Max(1, steps / 100),
                    EvaluationInterval = seldom,
                    EvaluationBatches = Math.Min(common.Log.EvaluationBatches ?? int.MaxValue, Math.Max(1, steps / StepsPerValidationBatch)),
                    CheckpointInterval = seldom,
                },
            },
            Parameters = config.ParameterCount,
            BlockParameters = config.ParameterCount - ((long)config.Vocabulary * config.Channels * (config.TiedEmbeddings ? 1 : 2)),
            Tokens = steps * tokensPerStep,
            Operations = steps * tokensPerStep * perToken,
        };
    }
}
