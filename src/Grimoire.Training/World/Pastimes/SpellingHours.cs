namespace Grimoire.Training.Worlds;

/// <summary>How words are written: the letter that each begins with, its capitals, and which comes before which.</summary>
internal static class SpellingHours
{
    private static readonly Template[] Spellings = Template.Lines("""
        The word {word} begins with {letter} and is {capitals} in capital letters.
        The first letter of {word} is {letter}, and in capitals it is {capitals}.
        In capitals {word} is {capitals}, and its first letter is {letter}.
        """);

    private static readonly Template[] Orders = Template.Lines("""
        In the alphabet {word} comes before {next}.
        By the alphabet {next} comes after {word}.
        """);

    private static readonly Template[] Sorted = Template.Lines("""
        So by the alphabet they are: {list}.
        Sorted they are: {list}.
        """);

    public static string Teach(Dice dice, Split split)
    {
        var teller = new Teller(dice, past: false);
        var words = WordTasks.Draw(dice, Skill.Sort, split);
        foreach (var word in words)
        {
            teller.Bind("word", WordGames.Whole(word)).Bind("letter", WordGames.Whole(word[..1]))
                .Bind("capitals", WordGames.Whole(word.ToUpperInvariant())).TellOne(Spellings);
        }

        var sorted = WordTasks.Do(Skill.Sort, words).Split(' ');
        for (var i = 1; i < sorted.Length; i++)
            teller.Bind("word", WordGames.Whole(sorted[i - 1])).Bind("next", WordGames.Whole(sorted[i])).TellOne(Orders);
        teller.Bind("list", WordGames.Whole(string.Join(' ', sorted))).TellOne(Sorted);
        return teller.Text;
    }
}
