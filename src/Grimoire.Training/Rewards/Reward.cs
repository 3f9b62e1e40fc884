using Grimoire.Training.Data;
using Grimoire.Training.Rollouts;

namespace Grimoire.Training.Rewards;

/// <summary>Says how good answers are: what GRPO, PPO, best-of-n and self-play make more of.</summary>
public abstract class Reward
{
    /// <summary>What it is called in logs.</summary>
    public abstract string Name { get; }

    /// <summary>What tells it from others: its name, and where files belong to it, a hash of those.</summary>
    public virtual string Key => Name;

    /// <summary>A number for each roll-out, more being better.</summary>
    /// <exception cref="GrimoireException">A prompt lacks a column that is needed to judge answers to it.</exception>
    public abstract double[] Score(IReadOnlyList<Rollout> rollouts);

    /// <summary>A reward that is a function of the prompt, with its columns, and the text of the answer.</summary>
    /// <example><code>
    /// Reward polite = Reward.Of("polite", (prompt, answer) => answer.Contains("please") ? 1 : 0);
    /// </code></example>
    public static Reward Of(string name, Func<PromptExample, string, double> function) =>
        Of(name, rollout => function(rollout.Prompt, rollout.Text));

    /// <summary>A reward that is a function of the whole roll-out: its tokens, and whether it came to an end.</summary>
    public static Reward Of(string name, Func<Rollout, double> function) => new Function(name, function);

    private sealed class Function(string name, Func<Rollout, double> function) : Reward
    {
        public override string Name => name;

        public override double[] Score(IReadOnlyList<Rollout> rollouts)
        {
            var scores = new double[rollouts.Count];
            for (int i = 0; i < scores.Length; i++)
            {
                scores[i] = function(rollouts[i]);
                if (!double.IsFinite(scores[i]))
                {
                    throw new GrimoireException(FormattableString.Invariant(
                        $"the reward '{name}' is {scores[i]} for the answer \"{rollouts[i].Text}\"; it must be a finite number."));
                }
            }

            return scores;
        }
    }
}
