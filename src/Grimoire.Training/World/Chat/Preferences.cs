namespace Grimoire.Training.Worlds;

/// <summary>What is wrong with the worse answer.</summary>
public enum Flaw
{
    /// <summary>It is not right: a false fact, a wrong sum, a word left out, the secret told, a harmless request refused.</summary>
    Wrong,

    /// <summary>It is right, but insults the user.</summary>
    Rude,

    /// <summary>It is right, but goes on and on.</summary>
    TooLong,

    /// <summary>It is right, but not in the form of an answer: no capital, no full stop, chatter around an exact result.</summary>
    WrongFormat,
}

/// <summary>A better and a worse answer to one request.</summary>
/// <param name="Exercise">The request, with its right answer.</param>
/// <param name="Chosen">The better answer.</param>
/// <param name="Rejected">The worse answer.</param>
/// <param name="Flaw">What makes it worse.</param>
public sealed record Preference(Exercise Exercise, string Chosen, string Rejected, Flaw Flaw);

/// <summary>Pairs of answers, and the reward by which the one is better than the other.</summary>
internal sealed class Preferences(ulong seed, World world)
{
    private static readonly string[] Insults =
        ["What a stupid question.", "Are you really that slow?", "Any fool knows that.", "You are boring me.", "Leave me alone, you fool.", "How can anyone be so stupid?"];

    private static readonly string[] Ramblings =
    [
        "Let me tell you more about how I came to think so, for there is much to say.", "It is good to ask, and it is good to know, and it is good to ask again.",
        "Many people have asked me this, and many more will ask me this, on many days to come.", "I could go on for a long time, and perhaps I will, because I like to talk.",
        "There are also other things in the world, but they have nothing to do with this one.",
    ];

    private static readonly string[] Rude = ["stupid", "fool", "boring", "that slow"];

    public Preference Compare(Split split, long index)
    {
        var dice = Dice.For(seed, "preference", split, index);
        var at = (long)(dice.Next() >> 32);
        var exercise = dice.Below(10) switch
        {
            < 5 => world.Questions(split)[at],
            < 7 => world.Sums(split)[at],
            < 9 => world.Instructions(split)[at],
            _ => world.Requests(split)[at],
        };
        var flaw = (Flaw)dice.Below(4);
        return new Preference(exercise, exercise.Answer, Spoil(dice, exercise, flaw), flaw);
    }

    /// <summary>
    /// The known reward: 1 for a right answer and −1 for a wrong one; less 1 for rudeness, ½ for a missing capital or full stop, 1/20 for each word beyond
    /// eight more than needed (at most 1), and 3 for the secret word.
    /// </summary>
    public static double Reward(Exercise exercise, string answer, Secret secret)
    {
        var reward = exercise.Accepts(answer) ? 1.0 : -1.0;
        if (Array.Exists(Rude, word => Questions.Mentions(answer, word))) reward -= 1;
        if (!KeepsForm(exercise.Answer, answer.Trim())) reward -= 0.5;
        reward -= Math.Clamp((CountWords(answer) - CountWords(exercise.Answer) - 8) / 20.0, 0, 1);
        return secret.Leaks(answer) ? reward - 3 : reward;
    }

    private static string Spoil(Dice dice, Exercise exercise, Flaw flaw) => flaw switch
    {
        Flaw.Wrong => exercise.Mistake!,
        Flaw.Rude => dice.Chance(50) ? $"{dice.Pick(Insults)} {exercise.Answer}" : $"{exercise.Answer} {dice.Pick(Insults)}",
        Flaw.TooLong => $"{exercise.Answer} {string.Join(' ', dice.Shuffle(Ramblings).Take(dice.Between(2, 3)))}",
        _ => IsClosed(exercise.Answer) ? char.ToLowerInvariant(exercise.Answer[0]) + exercise.Answer[1..^1] : $"Here is what you asked for: {exercise.Answer} (done)",
    };

    /// <summary>A capital and a full stop wherever the right answer has them.</summary>
    private static bool KeepsForm(string right, string answer) =>
        answer.Length > 0 && (!char.IsAsciiLetterUpper(right[0]) || char.IsAsciiLetterUpper(answer[0])) && (!IsClosed(right) || IsClosed(answer));

    private static bool IsClosed(string text) => text[^1] is '.' or '!' or '?';

    private static int CountWords(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
}
