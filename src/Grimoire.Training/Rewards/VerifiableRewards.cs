using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Grimoire.Training.Data;
using Grimoire.Training.Worlds;

namespace Grimoire.Training.Rewards;

/// <summary>
/// Rewards that a program can verify. Those that compare take the right answer from the prompt's column <c>answer</c>, or else <c>completion</c>.
/// </summary>
public static class VerifiableRewards
{
    /// <summary>1 for the right answer, word for word, white space around it apart; else 0.</summary>
    public static Reward Exact { get; } = Reward.Of("exact", (prompt, answer) => answer.Trim() == Gold(prompt, "exact").Trim() ? 1 : 0);

    /// <summary>1 for the right <see cref="FinalNumber"/>; else 0.</summary>
    public static Reward Number { get; } = Reward.Of("number", (prompt, answer) => FinalNumber.Of(answer) == GoldNumber(prompt) ? 1 : 0);

    /// <summary>1 if every equation in the answer holds and there is at least one (<see cref="Sums.StepsHold"/>): the unit test of a sum; else 0.</summary>
    public static Reward SumSteps { get; } = Reward.Of("sum-steps", (_, answer) => Sums.StepsHold(answer) ? 1 : 0);

    /// <summary>World's own reward for the exercise that the prompt's column <c>exercise</c> names (<see cref="World.Reward"/>).</summary>
    public static Reward World { get; } = Reward.Of("world", (prompt, answer) =>
    {
        ExercisePlace place = ExercisePlace.Parse(
            Column(prompt, "exercise") ?? throw Missing(prompt, "world", "\"exercise\", as in the files of grimoire world"));
        return place.World.Reward(place.Exercise, answer);
    });

    /// <summary>1 if a regular expression is found in the answer, else 0; <c>^</c> and <c>$</c> tie it to the beginning and the end.</summary>
    /// <exception cref="GrimoireException">The expression is not one, or goes back in ways whose time has no bound.</exception>
    public static Reward Format(string expression)
    {
        Regex regex;
        try
        {
            regex = new Regex(expression, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new GrimoireException(
                $"the reward 'format={expression}': {e.Message.TrimEnd('.')}; give a regular expression without look-arounds and back-references.", e);
        }

        return Reward.Of("format", (_, answer) => regex.IsMatch(answer) ? 1 : 0);
    }

    /// <summary>
    /// The soft overlong punishment of DAPO (Yu et al. 2025, arXiv:2503.14476, equation 13), in tokens without the stop token: 0 up to four
    /// fifths of <paramref name="most"/>, falling to −1 at <paramref name="most"/>, and −1 beyond.
    /// </summary>
    public static Reward Length(int most)
    {
        double free = 0.8 * most;
        return Reward.Of("length", rollout => Math.Clamp((free - (rollout.AnswerIds.Length - (rollout.Ended ? 1 : 0))) / (most - free), -1, 0));
    }

    private static decimal GoldNumber(PromptExample prompt) => FinalNumber.Of(Gold(prompt, "number"))
        ?? throw new GrimoireException(
            $"{prompt.Place}: the right answer has no number in it, which the reward 'number' compares; leave the row out or use 'exact'.");

    private static string Gold(PromptExample prompt, string reward) => Column(prompt, "answer") ?? Column(prompt, "completion")
        ?? throw Missing(prompt, reward, "\"answer\" or \"completion\"");

    /// <summary>A column's text; a number counts as its digits, and a conversation as what its last message says.</summary>
    private static string? Column(PromptExample prompt, string name) => prompt.Columns[name] switch
    {
        JsonArray messages => messages.LastOrDefault()?["content"]?.ToString(),
        { } value => value.ToString(),
        null => null,
    };

    private static GrimoireException Missing(PromptExample prompt, string reward, string columns) =>
        new($"{prompt.Place}: the reward '{reward}' needs the column {columns}; add it or choose another reward.");
}
