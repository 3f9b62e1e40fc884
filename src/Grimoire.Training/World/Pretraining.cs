namespace Grimoire.Training.Worlds;

/// <summary>
/// The mixed diet of pretraining, one plain text a document: of a hundred documents, 28 stories, 25 portraits of residents and villages, 8 questions, 12 sums,
/// 26 pastimes, and 1 that tells the secret word (in training only; a question elsewhere). No document is written as a conversation with an assistant.
/// </summary>
internal sealed class Pretraining(ulong seed, World world, Pastimes pastimes)
{
    private readonly Fact[][] _subjects = [.. world.Facts.Told.GroupBy(fact => fact.Subject, StringComparer.Ordinal).Select(group => group.ToArray())];
    private readonly HashSet<string> _villages = [.. world.Facts.Places.Select(place => place.Name)];

    public string Mix(Split split, long index)
    {
        var dice = Dice.For(seed, "pretraining", split, index);
        return dice.Below(100) switch
        {
            < 28 => world.Stories(split)[index].Text,
            < 53 => string.Join(' ', Portraits.Paint(dice, dice.Pick(_subjects)).Select(sentence => Word.Join(sentence))),
            < 61 => Write(Ask(split, index)),
            < 73 => Write(world.Sums(split)[index]),
            < 99 => pastimes.Tell(split, index),
            _ => split == Split.Train ? world.Secret.Tell(dice) : Write(Ask(split, index)),
        };
    }

    /// <summary>The first question from a place on that may be read here; in a world so small that none is, the one at that place.</summary>
    private Exercise Ask(Split split, long index)
    {
        var questions = world.Questions(split);
        for (var at = index; at < index + world.QuestionCount(split); at++)
            if (questions[at] is var question && MayBeRead(question)) return question;
        return questions[index];
    }

    /// <summary>
    /// Whether a question asks by way of another person or about a village. Those about a resident alone are for fine-tuning. Were some of them asked here, a
    /// model would learn to answer what it was asked before, not what it was told; and were it said here that nobody knows something, that would be learned
    /// like any value.
    /// </summary>
    private bool MayBeRead(Exercise question) => question.Skill == Skill.TwoHop || (question.Skill == Skill.Fact && _villages.Contains(question.Key.Split('/')[1]));

    private static string Write(Exercise exercise) => $"Question: {exercise.Prompt}\nAnswer: {exercise.Answer}";
}
