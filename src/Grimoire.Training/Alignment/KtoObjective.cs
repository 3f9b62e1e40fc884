using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>Learns from single answers that are called good or bad (see <see cref="Kto"/>). The loss is the mean over the answers of a step.</summary>
public sealed class KtoObjective : Objective
{
    private readonly Transformer model;
    private readonly ReferencePolicy reference;
    private readonly ReferenceScores scores;
    private readonly IReadOnlyList<(EncodedExample Answer, bool Good)> examples;
    private readonly PreferenceSettings settings;
    private readonly (double Good, double Bad) weights;
    private readonly Draws draws;
    private readonly int batch, accumulate;

    /// <summary>Learns labelled answers.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="reference">What it started from.</param>
    /// <param name="examples">The answers with their prompt, and what they are called.</param>
    /// <param name="settings">β and the weights.</param>
    /// <param name="batch">Answers a pass; two or more, as prompts are also read with the answers of others.</param>
    /// <param name="accumulate">Passes a step.</param>
    /// <param name="seed">Chooses the order of the answers.</param>
    public KtoObjective(
        Transformer model, ReferencePolicy reference, IReadOnlyList<(EncodedExample Answer, bool Good)> examples, PreferenceSettings settings,
        int batch, int accumulate = 1, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfZero(examples.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 2);
        (this.model, this.reference, this.examples, this.settings, this.batch, this.accumulate) = (model, reference, examples, settings, batch, accumulate);
        weights = Weights(settings, examples);
        draws = new Draws(examples.Count, seed);
        scores = new ReferenceScores(reference, [.. examples.Select(example => new[] { example.Answer })], draws, batch);
    }

    /// <summary>The weights of good and bad answers in force: the rarer kind weighs more, so that both weigh alike as a whole.</summary>
    public static (double Good, double Bad) Weights(PreferenceSettings settings, IReadOnlyList<(EncodedExample Answer, bool Good)> examples)
    {
        double good = Math.Max(1, examples.Count(example => example.Good)), bad = Math.Max(1, examples.Count(example => !example.Good));
        return (settings.GoodWeight ?? Math.Max(1, bad / good), settings.BadWeight ?? Math.Max(1, good / bad));
    }

    /// <inheritdoc/>
    public override StepWork Prepare(TrainerState state, Workspace workspace)
    {
        int[] drawn = draws.Range(state.Sequences, batch * accumulate);
        double[] references = [.. drawn.Select(example => scores.Of(example, workspace)[0])];
        (EncodedExample, bool)[] step = [.. drawn.Select(example => examples[example])];
        return new Work(this, step, references, ReferencePoint(Array.ConvertAll(step, example => example.Item1), workspace));
    }

    /// <summary>How far the policy has moved, seen on the prompts of this step with the answers of their neighbours.</summary>
    private double ReferencePoint(EncodedExample[] answers, Workspace workspace)
    {
        EncodedExample[] mismatched = [.. answers.Select((answer, i) => Mismatched(answer, answers[(i + 1) % answers.Length]))];
        List<double> ratios = [];
        foreach (EncodedExample[] chunk in mismatched.Chunk(batch))
            ratios.AddRange(AnswerSums.Measure(model, chunk, workspace).Zip(reference.Sums(chunk, workspace), (policy, start) => policy - start));
        return Kto.ReferencePoint(ratios.ToArray());
    }

    /// <summary>One's prompt and another's answer, cut to the context.</summary>
    private EncodedExample Mismatched(EncodedExample asked, EncodedExample answered)
    {
        int[] ids = [.. asked.Ids.AsSpan(0, asked.PromptLength), .. answered.Ids.AsSpan(answered.PromptLength)];
        bool[] trained = [.. new bool[asked.PromptLength], .. answered.Trained.AsSpan(answered.PromptLength)];
        int length = Math.Min(ids.Length, model.Config.Context);
        return new EncodedExample(ids[..length], trained[..length]);
    }

    private sealed class Work(KtoObjective objective, (EncodedExample Answer, bool Good)[] examples, double[] references, double point) : StepWork
    {
        private double goodReward, badReward;
        private int good;

        public override int Passes => (examples.Length + objective.batch - 1) / objective.batch;

        public override int Sequences => examples.Length;

        public override int Tokens { get; } = examples.Sum(example => example.Answer.TrainedCount);

        public override IReadOnlyList<(string Name, double Value)> Metrics =>
        [
            .. good > 0 ? [(Metric.RewardChosen, goodReward / good)] : Array.Empty<(string, double)>(),
            .. good < examples.Length ? [(Metric.RewardRejected, badReward / (examples.Length - good))] : Array.Empty<(string, double)>(),
            .. good > 0 && good < examples.Length
                ? [(Metric.RewardMargin, (goodReward / good) - (badReward / (examples.Length - good)))] : Array.Empty<(string, double)>(),
            (Metric.ReferencePoint, point),
        ];

        public override PassLoss Loss(int pass, Workspace workspace, PassOptions options)
        {
            int first = pass * objective.batch;
            EncodedExample[] answers = [.. examples.Skip(first).Take(objective.batch).Select(example => example.Answer)];
            TrainingBatch packed = TrainingBatch.Of(answers);
            Tensor logs = TokenLogProbabilities.Of(objective.model, objective.model.Begin(workspace, packed.ToBatch(), options), packed);
            double[] sums = AnswerSums.Of(logs.Span<float>(), answers), slopes = new double[answers.Length];
            double loss = 0, beta = objective.settings.Strength;
            for (int i = 0; i < answers.Length; i++)
            {
                bool isGood = examples[first + i].Good;
                double ratio = sums[i] - references[first + i];
                LossValue one = Kto.Loss(ratio, point, isGood, beta, isGood ? objective.weights.Good : objective.weights.Bad);
                loss += one.Value / examples.Length;
                slopes[i] = one.Slope / examples.Length;
                Count(isGood, beta * ratio);
            }

            return new PassLoss(AnswerSums.Root(logs, slopes, answers), 1, loss);
        }

        private void Count(bool isGood, double reward)
        {
            good += isGood ? 1 : 0;
            goodReward += isGood ? reward : 0;
            badReward += isGood ? 0 : reward;
        }
    }
}
