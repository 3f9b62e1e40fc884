namespace Grimoire.Training.Worlds;

/// <summary>A conversation to learn an assistant's manners from.</summary>
/// <param name="Messages">What is said.</param>
/// <param name="Place">Where the exercise stands that it consists of; null where it is a dialogue of several.</param>
/// <param name="Exercise">That exercise.</param>
public sealed record Lesson(IReadOnlyList<Message> Messages, ExercisePlace? Place = null, Exercise? Exercise = null);

/// <summary>
/// The mixture that makes an assistant of a pretrained model: of twenty lessons 5 questions, 9 instructions, 3 sums, 2 requests and a dialogue. The shares are
/// exact, and each kind is taken in the order of its own series, so that no question comes twice before all have come once.
/// </summary>
internal sealed class Lessons(World world)
{
    private const string Dialogue = "dialogues";

    private static readonly string[] Pattern =
    [
        "instructions", "questions", "sums", "instructions", "requests", "instructions", "questions", "instructions", "instructions", "questions",
        "sums", "instructions", Dialogue, "questions", "instructions", "requests", "instructions", "sums", "questions", "instructions",
    ];

    private static readonly (string Kind, int Rank, int Share)[] Slots =
        [.. Pattern.Select((kind, at) => (kind, Pattern[..at].Count(before => before == kind), Pattern.Count(other => other == kind)))];

    public Lesson Teach(Split split, long index)
    {
        var (round, at) = Math.DivRem(index, Slots.Length);
        var (kind, rank, share) = Slots[at];
        var number = (round * share) + rank;
        if (kind == Dialogue) return new Lesson(world.Dialogues(split)[number]);
        var place = new ExercisePlace(world.Seed, kind, split, number);
        var exercise = place.In(world);
        return new Lesson([new Message("user", exercise.Prompt), new Message("assistant", exercise.Answer)], place, exercise);
    }
}
