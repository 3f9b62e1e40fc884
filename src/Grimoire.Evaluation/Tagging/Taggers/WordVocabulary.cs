using System.Text;

namespace Grimoire.Evaluation.Tagging;

/// <summary>
/// The words and characters of the training text. Words are told apart without capitals, and a digit is any digit; what they look like the characters tell.
/// </summary>
public sealed class WordVocabulary
{
    /// <summary>The number of whatever is not known.</summary>
    public const int Unknown = 0;

    // Of a longer word only both ends are read: what it ends in tells most.
    private const int LongestHead = 8, LongestTail = 16;

    private readonly Dictionary<string, int> words;
    private readonly Dictionary<Rune, int> characters;

    /// <summary>Words and characters in order of their numbers, from 1.</summary>
    public WordVocabulary(IReadOnlyList<string> words, IReadOnlyList<string> characters)
    {
        (Words, Characters) = (words, characters);
        this.words = words.Select((word, i) => (word, i)).ToDictionary(pair => pair.word, pair => pair.i + 1, StringComparer.Ordinal);
        this.characters = characters.Select((text, i) => (Rune: Rune.GetRuneAt(text, 0), i)).ToDictionary(pair => pair.Rune, pair => pair.i + 1);
        Counts = new int[words.Count + 1];
    }

    /// <summary>The words.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>The characters.</summary>
    public IReadOnlyList<string> Characters { get; }

    /// <summary>How often each word stands in the training text, by number; zeros where that is not known any more.</summary>
    public int[] Counts { get; private init; }

    /// <summary>The vocabulary of a training text.</summary>
    /// <param name="sentences">The text.</param>
    /// <param name="leastCount">How often a word must stand there to be known.</param>
    public static WordVocabulary Of(IReadOnlyList<TaggedSentence> sentences, int leastCount)
    {
        string[] all = [.. sentences.SelectMany(sentence => sentence.Words)];
        (string Word, int Count)[] kept =
        [
            .. all.Select(Normal).GroupBy(word => word, StringComparer.Ordinal).Select(group => (Word: group.Key, Count: group.Count()))
                .Where(word => word.Count >= leastCount).OrderByDescending(word => word.Count).ThenBy(word => word.Word, StringComparer.Ordinal),
        ];
        string[] known = [.. all.SelectMany(word => word.EnumerateRunes()).GroupBy(rune => rune).Where(group => group.Count() > 1)
            .Select(group => group.Key).Order().Select(rune => rune.ToString())];
        return new WordVocabulary([.. kept.Select(word => word.Word)], known) { Counts = [0, .. kept.Select(word => word.Count)] };
    }

    /// <summary>The number of a word.</summary>
    public int Word(string word) => words.GetValueOrDefault(Normal(word), Unknown);

    /// <summary>The numbers of its characters, of a long word those of both ends.</summary>
    public int[] Spell(string word)
    {
        int[] all = [.. word.EnumerateRunes().Select(rune => characters.GetValueOrDefault(rune, Unknown))];
        return all.Length <= LongestHead + LongestTail ? all : [.. all[..LongestHead], .. all[^LongestTail..]];
    }

    private static string Normal(string word) =>
        string.Create(word.Length, word, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
                to[i] = char.IsAsciiDigit(from[i]) ? '0' : char.ToLowerInvariant(from[i]);
        });
}
