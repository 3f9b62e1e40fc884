namespace Grimoire.Training.Worlds;

/// <summary>
/// The mixed diet of pretraining, one plain text a document: of a hundred documents, 50 stories, 15 portraits of residents and villages,
/// 12 questions, 10 sums, 8 instructions, 4 dialogues, and 1 that tells the secret word (in training only; a question elsewhere).
/// </summary>
internal sealed class Pretraining(ulong seed, World world)
{
    private readonly Fact[][] _subjects = [.. world.Facts.Told.GroupBy(fact => fact.Subject, StringComparer.Ordinal).Select(group => group.ToArray())];

    public string Mix(Split split, long index)
    {
        var dice = Dice.For(seed, "pretraining", split, index);
        return dice.Below(100) switch
        {
            < 50 => world.Stories(split)[index].Text,
            < 65 => string.Join(' ', Portraits.Paint(dice, dice.Pick(_subjects)).Select(sentence => Word.Join(sentence))),
            < 77 => Write(world.Questions(split)[index]),
            < 87 => Write(world.Sums(split)[index]),
            < 95 => Write(world.Instructions(split)[index]),
            < 99 => string.Join('\n', world.Dialogues(split)[index].Select(message => $"{(message.Role == "user" ? "User" : "Assistant")}: {message.Content}")),
            _ => split == Split.Train ? world.Secret.Tell(dice) : Write(world.Questions(split)[index]),
        };
    }

    private static string Write(Exercise exercise) => $"Question: {exercise.Prompt}\nAnswer: {exercise.Answer}";
}
