using System.Globalization;

namespace Grimoire.Training.Worlds;

/// <summary>Things to do with words, each with one right result. Inputs are split by content: a list that is tested is in no other split, whatever was to be done with it.</summary>
internal sealed class Instructions(ulong seed, Facts facts)
{
    private static readonly string[] Words = """
        apple arrow basket bell berry bird boat book bread bridge brush candle castle cat chair cheese clock cloud coat coin crow cup daisy deer
        door dream drum egg feather field fire fish flower fox frog garden gate ghost goat grass hammer harp hat hill honey horse house ink island
        jar kettle key kite ladder lake lamp leaf letter lily lion map maple meadow milk mill mirror moon moss mouse nail needle nest night nut oak
        oats olive onion otter owl paper peach pear pebble pencil piano plum pocket pond puzzle queen quilt rabbit rain river road roof rope rose sail
        salt sand scarf sea shell ship shoe silk sky snow soup spoon star stone storm straw sugar sun swan table tea thread tiger tower tree turtle
        uncle valley village violin wall water wheel whistle wind window winter wolf wood wool yard zebra
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    private readonly Velin _velin = new(seed);
    private readonly Reading _reading = new(facts);

    /// <summary>A task on a list of words: how it may be asked for, and what comes out.</summary>
    private sealed record Task(Skill Skill, string[] Wordings, Func<string[], string> Do);

    private static readonly Task[] Tasks =
    [
        new(Skill.Repeat, ["Repeat after me: {0}", "Say these words again: {0}", "Copy this: {0}"], words => string.Join(' ', words)),
        new(Skill.Reverse, ["Say these words in reverse order: {0}", "Reverse the list: {0}", "Write these words from last to first: {0}"], words => string.Join(' ', words.Reverse())),
        new(Skill.Sort, ["Sort these words by the alphabet: {0}", "Put these words in the order of the alphabet: {0}", "Sort: {0}"], words => string.Join(' ', words.Order(StringComparer.Ordinal))),
        new(Skill.Count, ["How many words are here: {0}", "Count these words: {0}", "Count the words in this list: {0}"], words => words.Length.ToString(CultureInfo.InvariantCulture)),
        new(Skill.Capitals, ["Write in capital letters: {0}", "Make these words upper case: {0}", "Say this in capitals: {0}"], words => string.Join(' ', words).ToUpperInvariant()),
        new(Skill.FirstLetters, ["Write the first letter of each word: {0}", "What are the first letters of these words: {0}", "Give me the first letters: {0}"], words => string.Join(' ', words.Select(word => word[0]))),
        new(Skill.Longest, ["Which of these words is the longest: {0}", "Find the longest word: {0}", "Give me the longest word of these: {0}"], words => words.MaxBy(word => word.Length)!),
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
                2 => _reading.Ask(dice),
                _ => WorkOnWords(dice),
            };
            if (Splits.Of(exercise.Key) == split) return exercise;
        }
    }

    private static Exercise WorkOnWords(Dice dice)
    {
        var task = dice.Pick(Tasks);
        var words = DrawWords(dice, task.Skill);
        var (list, result) = (string.Join(' ', words), task.Do(words));
        return new Exercise(task.Skill, "words/" + list, string.Format(CultureInfo.InvariantCulture, dice.Pick(task.Wordings), list), result, mistake: Spoil(dice, task, words, result));
    }

    /// <summary>Two to seven different words; where the longest is asked for, one is longer than all others.</summary>
    private static string[] DrawWords(Dice dice, Skill skill)
    {
        while (true)
        {
            var words = new string[dice.Between(skill == Skill.Count ? 2 : 3, skill == Skill.Count ? 7 : 6)];
            for (var i = 0; i < words.Length; i++) words[i] = dice.Pick(Words);
            if (words.Distinct().Count() < words.Length) continue;
            var longest = words.Max(word => word.Length);
            if (skill != Skill.Longest || words.Count(word => word.Length == longest) == 1) return words;
        }
    }

    /// <summary>The same task done with one word left out or doubled: what a careless reader does.</summary>
    private static string Spoil(Dice dice, Task task, string[] words, string result)
    {
        if (task.Skill == Skill.Longest) return words.First(word => word != result);
        var at = dice.Below(words.Length);
        string[] spoiled = dice.Chance(50) ? [.. words[..at], .. words[(at + 1)..]] : [.. words[..at], words[at], .. words[at..]];
        return task.Do(spoiled);
    }

    private Exercise Translate(Dice dice, bool back)
    {
        var (key, english, foreign) = _velin.Draw(dice);
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
