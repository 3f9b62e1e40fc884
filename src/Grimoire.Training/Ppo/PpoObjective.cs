using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>
/// Proximal policy optimisation of a language model against a reward (Ziegler et al. 2019, Stiennon et al. 2020, Ouyang et al. 2022). A round draws answers to
/// prompts, has them scored, takes the price of leaving the reference off each token, and goes through them a few times in minibatches.
/// </summary>
public sealed class PpoObjective : Objective
{
    /// <summary>The name of the head that foretells what an answer will earn.</summary>
    public const string ValueHead = "value";

    private readonly Transformer model;
    private readonly Head value;
    private readonly ReferencePolicy reference;
    private readonly IReadOnlyList<PromptExample> prompts;
    private readonly Draws draws;
    private readonly RolloutSampler sampler;
    private readonly Reward reward;
    private readonly Reward? gold;
    private readonly PpoSettings settings;
    private readonly int batch;
    private readonly ulong seed;
    private readonly RoundSlices slices;
    private double penalty, nextPenalty;
    private long drawn = -1;
    private PpoRound? round;

    /// <summary>An objective for a policy with a head named <see cref="ValueHead"/>.</summary>
    /// <param name="trainee">The policy.</param>
    /// <param name="reference">What it is to stay near.</param>
    /// <param name="prompts">What it answers, at least one; all come once before one comes again.</param>
    /// <param name="sampler">How it answers.</param>
    /// <param name="reward">What answers earn.</param>
    /// <param name="settings">How it learns.</param>
    /// <param name="batch">Answers a pass.</param>
    /// <param name="seed">Chooses prompts, answers and minibatches.</param>
    /// <param name="gold">A reward that is measured and not learned from; null for none.</param>
    public PpoObjective(
        Trainee trainee, ReferencePolicy reference, IReadOnlyList<PromptExample> prompts, RolloutSampler sampler, Reward reward, PpoSettings settings,
        int batch, ulong seed, Reward? gold = null)
    {
        this.gold = gold;
        (model, this.reference, this.sampler, this.reward) = (trainee.Model.Transformer, reference, sampler, reward);
        (this.prompts, this.settings, this.batch, this.seed, nextPenalty) = (prompts, settings, batch, seed, settings.Kl);
        value = trainee.Heads.Single(head => head.Name == ValueHead);
        draws = new Draws(prompts.Count, seed);
        slices = new RoundSlices(settings.Epochs, settings.Minibatches, seed);
    }

    /// <inheritdoc/>
    public override int Round => slices.Steps;

    /// <inheritdoc/>
    public override bool LossFalls => false;

    /// <summary>β, the price of a nat in the round to come.</summary>
    public override IReadOnlyDictionary<string, double> Memory
    {
        get => new Dictionary<string, double>(StringComparer.Ordinal) { [Metric.Beta] = nextPenalty };
        set => (nextPenalty, drawn) = (value.GetValueOrDefault(Metric.Beta, settings.Kl), -1);
    }

    /// <inheritdoc/>
    public override StepWork Prepare(TrainerState state, Workspace workspace)
    {
        bool begins = slices.Begins(state.Step);
        if (begins || round is null)
            round = Draw(state, workspace);
        return new PpoStep(model, value, round, slices.Of(state.Step, round.Answers), begins ? settings.Answers : 0, batch, settings);
    }

    /// <summary>Answers, scores, and what the policy, its value head and the reference made of them.</summary>
    private PpoRound Draw(TrainerState state, Workspace workspace)
    {
        long number = state.Step / Round;
        // A round that is drawn once more is the same: only the one after it has another price.
        if (drawn != number)
            (penalty, drawn) = (nextPenalty, number);
        PromptExample[] asked = [.. draws.Range(state.Sequences, settings.Answers).Select(i => prompts[i])];
        IReadOnlyList<Rollout> rollouts = sampler.Sample(asked, 1, settings.Generation, CountedRandom.Bits(seed, (ulong)number), Stop);
        double[] scores = reward.Score(rollouts);
        var rewards = new TokenRewards(penalty, settings.KlEstimator, settings.MissingEnd);
        // A newborn head foretells the mean at once: learning a constant by small steps would take rounds in which every advantage is off by it.
        if (state.Step == 0 && value.Bias is { } bias)
            bias.Span<float>()[0] = (float)rollouts.Select((rollout, i) => rewards.OfAnswer(scores[i], rollout.Ended)).Average();
        var drafts = new List<PpoDraft>();
        for (int first = 0; first < rollouts.Count; first += batch)
        {
            Rollout[] some = [.. rollouts.Skip(first).Take(batch)];
            drafts.AddRange(Read(some, scores.AsSpan(first, some.Length), rewards, workspace));
        }

        double divergence = drafts.Average(draft => draft.Divergence);
        IReadOnlyList<(string, double)> measured =
        [
            (Metric.Reward, scores.Average()), .. gold is null ? [] : new[] { (Metric.GoldReward, gold.Score(rollouts).Average()) },
            (Metric.Kl, divergence), (Metric.Entropy, rollouts.SelectMany(r => r.Entropies).Average(e => (double)e)),
            (Metric.ResponseLength, rollouts.Average(r => r.AnswerIds.Length)), (Metric.Beta, penalty),
        ];
        nextPenalty = settings.Controller.Next(penalty, divergence, rollouts.Count);
        return new PpoRound(PpoDraft.Estimate(drafts, settings), measured);
    }

    private IEnumerable<PpoDraft> Read(Rollout[] rollouts, ReadOnlySpan<double> scores, TokenRewards rewards, Workspace workspace)
    {
        TrainingBatch packed = TrainingBatch.Of([.. rollouts.Select(rollout => rollout.Encoded)]);
        workspace.Reset();
        PolicyReading reading = PolicyReading.Of(model, value, packed, workspace);
        float[] logs = reading.LogProbabilities.ToArray<float>(), values = reading.Values.ToArray<float>();
        float[] held = reference.LogProbabilities(packed, workspace);
        var drafts = new PpoDraft[rollouts.Length];
        for (int i = 0, at = 0; i < drafts.Length; i++)
        {
            Range tokens = at..(at += rollouts[i].AnswerIds.Length);
            drafts[i] = new PpoDraft(
                rollouts[i].Encoded, logs[tokens], values[tokens], rewards.Of(scores[i], rollouts[i].Ended, logs.AsSpan()[tokens], held.AsSpan()[tokens]),
                logs[tokens].Zip(held[tokens], (a, b) => (double)a - b).Sum());
        }

        return drafts;
    }
}
