using System.Globalization;

namespace Grimoire.Training.Worlds;

/// <summary>The words that lists are made of, and what each task makes of a list.</summary>
internal static class WordTasks
{
    private static readonly string[] Words = """
        apple arrow basket bell berry bird boat book bread bridge brush candle castle cat chair cheese clock cloud coat coin crow cup daisy deer
        door dream drum egg feather field fire fish flower fox frog garden gate ghost goat grass hammer harp hat hill honey horse house ink island
        jar kettle key kite ladder lake lamp leaf letter lily lion map maple meadow milk mill mirror moon moss mouse nail needle nest night nut oak
        oats olive onion otter owl paper peach pear pebble pencil piano plum pocket pond puzzle queen quilt rabbit rain river road roof rope rose sail
        salt sand scarf sea shell ship shoe silk sky snow soup spoon star stone storm straw sugar sun swan table tea thread tiger tower tree turtle
        uncle valley village violin wall water wheel whistle wind window winter wolf wood wool yard zebra
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The one right result of a task.</summary>
    public static string Do(Skill skill, string[] words) => skill switch
    {
        Skill.Repeat => string.Join(' ', words),
        Skill.Reverse => string.Join(' ', words.Reverse()),
        Skill.Sort => string.Join(' ', words.Order(StringComparer.Ordinal)),
        Skill.Count => words.Length.ToString(CultureInfo.InvariantCulture),
        Skill.Capitals => string.Join(' ', words).ToUpperInvariant(),
        Skill.FirstLetters => string.Join(' ', words.Select(word => word[0])),
        Skill.Longest => words.MaxBy(word => word.Length)!,
        _ => throw new ArgumentException($"{skill} is nothing to do with a list of words", nameof(skill)),
    };

    /// <summary>Two to seven different words; where the longest is asked for, one is longer than all others.</summary>
    public static string[] Draw(Dice dice, Skill skill)
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

    /// <summary>A list that plain text of a split may show. What training shows was held out in no order that a task gives it.</summary>
    public static string[] Draw(Dice dice, Skill skill, Split split)
    {
        while (true)
        {
            var words = Draw(dice, skill);
            if (Splits.Of(Key(words)) == split && (split != Split.Train || (IsTrain(Skill.Reverse) && IsTrain(Skill.Sort)))) return words;
            bool IsTrain(Skill order) => Splits.Of(Key([Do(order, words)])) == Split.Train;
        }
    }

    /// <summary>A list that grows by a word at a time, each of its beginnings being of the split.</summary>
    public static string[] Grow(Dice dice, int count, Split split)
    {
        var words = new List<string>();
        while (words.Count < count)
        {
            var word = dice.Pick(Words);
            if (!words.Contains(word) && (words.Count == 0 || Splits.Of(Key([.. words, word])) == split)) words.Add(word);
        }
        return [.. words];
    }

    /// <summary>What a list is split by, whatever is done with it.</summary>
    public static string Key(params ReadOnlySpan<string> words) => "words/" + string.Join(' ', words);
}
