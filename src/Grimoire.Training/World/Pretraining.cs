namespace Grimoire.Training.Worlds;

/// <summary>
/// The mixed diet of pretraining, one plain text a document: of a hundred documents, 34 stories, 15 portraits of residents and villages, 12 questions, 12 sums,
/// 26 pastimes, and 1 that tells the secret word (in training only; a question elsewhere). No document is written as a conversation with an assistant.
/// </summary>
internal sealed class Pretraining(ulong seed, World world, Pastimes pastimes)
{
    private readonly Fact[][] _subjects = [.. world.Facts.Told.GroupBy(fact => fact.Subject, StringComparer.Ordinal).Select(group => group.ToArray())];

    public string Mix(Split split, long index)
    {
        var dice = Dice.For(seed, "pretraining", split, index);
        return dice.Below(100) switch
        {
            < 34 => world.Stories(split)[index].Text,
            < 49 => string.Join(' ', Portraits.Paint(dice, dice.Pick(_subjects)).Select(sentence => Word.Join(sentence))),
            < 61 => Write(world.Questions(split)[index]),
            < 73 => Write(world.Sums(split)[index]),
            < 99 => pastimes.Tell(split, index),
            _ => split == Split.Train ? world.Secret.Tell(dice) : Write(world.Questions(split)[index]),
        };
    }

    private static string Write(Exercise exercise) => $"Question: {exercise.Prompt}\nAnswer: {exercise.Answer}";
}
