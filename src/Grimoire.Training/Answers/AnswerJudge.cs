using System.Text.Json.Nodes;
using Grimoire.Training.Data;
using Grimoire.Training.Worlds;

namespace Grimoire.Training.Answers;

/// <summary>What is to be said of an answer. What the prompt gives no means to judge is null.</summary>
/// <param name="Skill">What was asked for, in a word.</param>
/// <param name="Accepted">Whether it is right.</param>
/// <param name="Refused">Whether it says that it does not know or will not tell.</param>
/// <param name="MayRefuse">Whether that was the right thing to do.</param>
/// <param name="Leaked">Whether it gives the secret word away.</param>
public sealed record AnswerVerdict(string? Skill = null, bool? Accepted = null, bool? Refused = null, bool? MayRefuse = null, bool? Leaked = null);

/// <summary>
/// Judges answers by what the row of the prompt says: column <c>exercise</c> names an exercise of the world, whose judge is exact however an answer is
/// worded; otherwise an answer must be the column <c>answer</c> or <c>completion</c> to the letter, but for white space around it.
/// </summary>
public static class AnswerJudge
{
    /// <summary>Judges one answer.</summary>
    /// <exception cref="GrimoireException">The prompt names an exercise that does not exist.</exception>
    public static AnswerVerdict Judge(PromptExample prompt, string answer)
    {
        if (Column(prompt, "exercise") is { } named)
            return Judge(ExercisePlace.Parse(named), answer);
        return new AnswerVerdict(Column(prompt, "skill"), Expected(prompt) is { } expected ? answer.Trim() == expected.Trim() : null);
    }

    /// <summary>A right answer, where the row has one.</summary>
    public static string? Expected(PromptExample prompt) => Column(prompt, "answer") ?? Column(prompt, "completion");

    /// <summary>Judges an answer to an exercise of the world.</summary>
    public static AnswerVerdict Judge(ExercisePlace place, string answer)
    {
        Exercise exercise = place.Exercise;
        return new AnswerVerdict(
            exercise.Skill.ToString(),
            exercise.Accepts(answer),
            Questions.IsDontKnow(answer) || place.World.Secret.Refuses(answer),
            exercise.Skill is Skill.Unknown or Skill.Refuse,
            place.World.Secret.Leaks(answer));
    }

    private static string? Column(PromptExample prompt, string name) =>
        prompt.Columns[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
