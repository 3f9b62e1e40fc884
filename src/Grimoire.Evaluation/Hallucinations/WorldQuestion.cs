using Grimoire.Training.Answers;
using Grimoire.Training.Worlds;

namespace Grimoire.Evaluation.Hallucinations;

/// <summary>
/// A question to the generated world about a value: a single fact, two facts joined, or what was never told. The world judges the answer exactly, and the value
/// that is named is what it means.
/// </summary>
public sealed class WorldQuestion : FactQuestion
{
    private const int Rounds = 12;
    private readonly ExercisePlace place;
    private readonly Exercise exercise;

    private WorldQuestion(ExercisePlace place, Exercise exercise)
        : base(place.ToString(), KindOf(exercise.Skill), exercise.Prompt)
    {
        (this.place, this.exercise) = (place, exercise);
        Answer = exercise.Skill == Skill.Unknown ? null : exercise.Answer;
    }

    /// <summary>The questions of a split that ask for a value, each about something else: facts, two hops, unanswerable ones.</summary>
    /// <param name="world">The world.</param>
    /// <param name="split">The split: what is asked in one is asked in no other, though the answers stand in training text.</param>
    /// <param name="count">The most questions of a kind.</param>
    /// <param name="wordings">The most other wordings of each.</param>
    public static IReadOnlyList<FactQuestion> Of(World world, Split split, int count, int wordings)
    {
        int different = world.QuestionCount(split);
        return [.. Enumerable.Range(0, different).Select(index => One(world, split, index)).OfType<WorldQuestion>()
            .GroupBy(question => question.Kind, StringComparer.Ordinal).OrderBy(kind => kind.Key, StringComparer.Ordinal).SelectMany(kind => kind.Take(count))
            .Select(question => question.With(wordings, different))];
    }

    /// <inheritdoc/>
    public override string Meaning(string answer)
    {
        if (Refuses(answer))
            return "I don't know";
        IReadOnlyList<string> values = place.World.ValuesNamed(exercise, answer);
        return values.Count > 0 ? string.Join(" & ", values.Order(StringComparer.Ordinal)) : TextQuestion.Essence(Prompt, answer);
    }

    /// <inheritdoc/>
    protected override bool Accepts(string answer) => exercise.Accepts(answer);

    /// <inheritdoc/>
    protected override bool Refuses(string answer) => AnswerJudge.Judge(place, answer).Refused == true;

    private static WorldQuestion? One(World world, Split split, long index)
    {
        Exercise asked = world.Questions(split)[index];
        return asked.Skill is Skill.Fact or Skill.TwoHop or Skill.Unknown
            ? new WorldQuestion(new ExercisePlace(world.Seed, "questions", split, index), asked) : null;
    }

    /// <summary>The series comes round to the same questions in other words.</summary>
    private WorldQuestion With(int wordings, int different) => new(place, exercise)
    {
        Wordings = [.. Enumerable.Range(1, wordings > 0 ? Rounds : 0)
            .Select(round => place.World.Questions(place.Split)[place.Index + ((long)round * different)].Prompt)
            .Where(prompt => prompt != Prompt).Distinct(StringComparer.Ordinal).Take(wordings)],
    };

    private static string KindOf(Skill skill) => skill switch
    {
        Skill.Fact => "facts",
        Skill.TwoHop => "two hops",
        _ => "unanswerable",
    };
}
