namespace Grimoire.Training.Worlds;

/// <summary>A conversation to learn an assistant's manners from.</summary>
/// <param name="Messages">What is said.</param>
/// <param name="Place">Where the exercise stands that it consists of; null where it is a dialogue of several.</param>
/// <param name="Exercise">That exercise.</param>
public sealed record Lesson(IReadOnlyList<Message> Messages, ExercisePlace? Place = null, Exercise? Exercise = null);

/// <summary>
/// The mixture that makes an assistant of a pretrained model: of twenty lessons 12 instructions, 4 questions, one more about what was never told of a
/// resident, a request, a sum and a dialogue. Instructions are many because they are short and of ten kinds; a sum has as many tokens as
/// seven of them. The shares are exact, and each kind is taken in the order of its own series, so that no exercise comes twice before all have come once.
/// </summary>
internal sealed class Lessons(World world)
{
    private const string Dialogue = "dialogues", Unanswerable = "unanswerable";

    private static readonly string[] Pattern =
    [
        "instructions", "questions", "instructions", "instructions", "requests", "instructions", "instructions", "questions", "questions", "instructions",
        "sums", "instructions", Dialogue, "instructions", "instructions", "questions", "instructions", Unanswerable, "instructions", "instructions",
    ];

    private static readonly (string Kind, int Rank, int Share)[] Slots =
        [.. Pattern.Select((kind, at) => (kind, Pattern[..at].Count(before => before == kind), Pattern.Count(other => other == kind)))];

    // Of each split the questions that nobody can answer about residents, by their places the first time round. A stranger's name is enough to know that one
    // does not know; of a resident it has to be learned, and there are few such questions.
    private readonly Lazy<long[]>[] _unanswerable = [.. Enum.GetValues<Split>().Select(split => new Lazy<long[]>(() =>
        [.. Enumerable.Range(0, world.QuestionCount(split)).Select(i => (long)i).Where(i => IsUntold(world, world.Questions(split)[i]))]))];

    public Lesson Teach(Split split, long index)
    {
        var (round, at) = Math.DivRem(index, Slots.Length);
        var (kind, rank, share) = Slots[at];
        var number = (round * share) + rank;
        if (kind == Dialogue) return new Lesson(world.Dialogues(split)[number]);
        var place = kind == Unanswerable ? Unknown(split, number) : new ExercisePlace(world.Seed, kind, split, number);
        var exercise = place.In(world);
        return new Lesson([new Message("user", exercise.Prompt), new Message("assistant", exercise.Answer)], place, exercise);
    }

    private static bool IsUntold(World world, Exercise question) =>
        question.Skill == Skill.Unknown && world.Facts.Residents.Any(person => question.Key.EndsWith("/" + person.Name, StringComparison.Ordinal));

    /// <summary>They come round again as all questions do, in other words. A world without any asks another question.</summary>
    private ExercisePlace Unknown(Split split, long number)
    {
        var places = _unanswerable[(int)split].Value;
        if (places.Length == 0) return new ExercisePlace(world.Seed, "questions", split, number);
        var (round, at) = Math.DivRem(number, places.Length);
        return new ExercisePlace(world.Seed, "questions", split, (round * world.QuestionCount(split)) + places[at]);
    }
}
