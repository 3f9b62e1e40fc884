using System.Globalization;

namespace Grimoire.Training.Worlds;

/// <summary>
/// Things to do with words, each with one right result. Inputs are split by content: a list that is tested is in no other split, whatever was to be done
/// with it.
/// </summary>
internal sealed class Instructions(ulong seed, Velin velin, Reading reading)
{
    /// <summary>A task on a list of words and how it may be asked for.</summary>
    private sealed record Task(Skill Skill, params string[] Wordings);

    private static readonly Task[] Tasks =
    [
        new(Skill.Repeat, "Repeat after me: {0}", "Say these words again: {0}", "Copy this: {0}"),
        new(Skill.Reverse, "Say these words in reverse order: {0}", "Reverse the list: {0}", "Write these words from last to first: {0}"),
        new(Skill.Sort, "Sort these words by the alphabet: {0}", "Put these words in the order of the alphabet: {0}", "Sort: {0}"),
        new(Skill.Count, "How many words are here: {0}", "Count these words: {0}", "Count the words in this list: {0}"),
        new(Skill.Capitals, "Write in capital letters: {0}", "Make these words upper case: {0}", "Say this in capitals: {0}"),
        new(Skill.FirstLetters, "Write the first letter of each word: {0}", "What are the first letters of these words: {0}", "Give me the first letters: {0}"),
        new(Skill.Longest, "Which of these words is the longest: {0}", "Find the longest word: {0}", "Give me the longest word of these: {0}"),
    ];

    public Exercise Ask(Split split, long index)
    {
        var dice = Dice.For(seed, "instruction", split, index);
        while (true)
        {
            var exercise = dice.Below(10) switch
            {
                0 => Translate(dice, back: false),
                1 => Translate(dice, back: true),
                2 => reading.Ask(dice),
                _ => WorkOnWords(dice),
            };
            if (Splits.Of(exercise.Key) == split) return exercise;
        }
    }

    private static Exercise WorkOnWords(Dice dice)
    {
        var task = dice.Pick(Tasks);
        var words = WordTasks.Draw(dice, task.Skill);
        var result = WordTasks.Do(task.Skill, words);
        var prompt = string.Format(CultureInfo.InvariantCulture, dice.Pick(task.Wordings), string.Join(' ', words));
        return new Exercise(task.Skill, WordTasks.Key(words), prompt, result, mistake: Spoil(dice, task.Skill, words, result));
    }

    /// <summary>The same task done with one word left out or doubled: what a careless reader does.</summary>
    private static string Spoil(Dice dice, Skill skill, string[] words, string result)
    {
        if (skill == Skill.Longest) return words.First(word => word != result);
        var at = dice.Below(words.Length);
        string[] spoiled = dice.Chance(50) ? [.. words[..at], .. words[(at + 1)..]] : [.. words[..at], words[at], .. words[at..]];
        return WordTasks.Do(skill, spoiled);
    }

    private Exercise Translate(Dice dice, bool back)
    {
        var (key, english, foreign) = velin.Draw(dice);
        var (from, to) = back ? (foreign, english) : (english, foreign);
        string[] wordings = back
            ? ["Translate from Velin: {0}", "What does this mean in English? {0}", "Say this in English: {0}"]
            : ["Translate into Velin: {0}", "How do you say this in Velin? {0}", "Say this in Velin: {0}"];
        var words = to.TrimEnd('.').Split(' ');
        (words[^1], words[^2]) = (words[^2], words[^1]);
        var prompt = string.Format(CultureInfo.InvariantCulture, dice.Pick(wordings), from);
        return new Exercise(back ? Skill.TranslateBack : Skill.Translate, key, prompt, to, mistake: string.Join(' ', words) + ".");
    }
}
