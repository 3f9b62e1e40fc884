namespace Grimoire.Training.Worlds;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">What is said.</param>
public sealed record Message(string Role, string Content);

/// <summary>Conversations of a user and an assistant: a greeting now and then, one to three requests, a farewell.</summary>
internal sealed class Dialogues(ulong seed, World world, Questions questions)
{
    private static readonly (string User, string Assistant)[] Greetings =
    [
        ("Hello!", "Hello! What would you like to know?"), ("Good morning.", "Good morning! How can I help you?"), ("Hi, who are you?", "I am Grimoire, a small assistant. What can I do for you?"),
        ("Hello, can you help me?", "Yes, I will try. What is it?"), ("Are you there?", "Yes, I am here. What would you like to know?"), ("Good evening!", "Good evening! What can I do for you?"),
    ];

    private static readonly (string User, string Assistant)[] Farewells =
    [
        ("Thank you!", "You are welcome!"), ("Thanks, that is all.", "You are welcome. Goodbye!"), ("Goodbye!", "Goodbye, and come again!"), ("That was helpful.", "I am glad to hear it."),
        ("You are kind.", "Thank you! It was a pleasure."),
    ];

    public Message[] Speak(Split split, long index)
    {
        var dice = Dice.For(seed, "dialogue", split, index);
        var messages = new List<Message>();
        if (dice.Chance(40)) Exchange(messages, dice.Pick(Greetings));
        for (var turns = dice.Between(1, 3); turns > 0; turns--) Request(dice, split, messages);
        if (dice.Chance(40)) Exchange(messages, dice.Pick(Farewells));
        return [.. messages];
    }

    private void Request(Dice dice, Split split, List<Message> messages)
    {
        var exercise = (long)(dice.Next() >> 32);
        switch (dice.Below(10))
        {
            case < 3 when questions.AskTwice(split, dice) is { } pair:
                Exchange(messages, pair.First);
                Exchange(messages, pair.Second);
                break;
            case < 6: Exchange(messages, world.Questions(split)[exercise]); break;
            case 6: Exchange(messages, world.Sums(split)[exercise]); break;
            case 7: Exchange(messages, world.Requests(split)[exercise]); break;
            default: Exchange(messages, world.Instructions(split)[exercise]); break;
        }
    }

    private static void Exchange(List<Message> messages, Exercise exercise) => Exchange(messages, (exercise.Prompt, exercise.Answer));

    private static void Exchange(List<Message> messages, (string User, string Assistant) said)
    {
        messages.Add(new Message("user", said.User));
        messages.Add(new Message("assistant", said.Assistant));
    }
}
