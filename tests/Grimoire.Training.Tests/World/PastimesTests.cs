using System.Text.RegularExpressions;
using Grimoire.Training.Worlds;

namespace Grimoire.Tests.Worlds;

/// <summary>Reads what is told of school and games as a stranger would, and does the tasks again by other means than the world's.</summary>
public sealed partial class PastimesTests
{
    private static readonly World One = World.Of(1);

    /// <summary>How a result is told of the list before it, and what it must then be.</summary>
    private static readonly (string Told, Func<string[], string> Right)[] Results =
    [
        ("Once more the words are:|Again:", words => string.Join(' ', words)),
        ("In reverse order they are:|From last to first:", words => words.Aggregate((before, word) => $"{word} {before}")),
        ("By the alphabet they are:|Sorted:", words => string.Join(' ', new SortedSet<string>(words, StringComparer.Ordinal))),
        ("Counted, they are|The number of words is", words => $"{words.Length}"),
        ("In capital letters they are:|In capitals:", words => string.Join(' ', words.Select(word => word.ToUpperInvariant()))),
        ("The first letters are:|The first letter of each word:", words => string.Join(' ', words.Select(word => word[..1]))),
        ("The longest word is|The longest of them is", words => words.Single(word => words.All(other => other == word || other.Length < word.Length))),
    ];

    private static IEnumerable<string> Texts(Split split) => One.Pretraining(split).Take(4000);

    [Fact]
    public void What_is_made_of_a_list_is_right()
    {
        var seen = new int[Results.Length];
        foreach (var text in Texts(Split.Train).Where(text => !text.Contains("asks", StringComparison.Ordinal) && !text.Contains("asked", StringComparison.Ordinal)))
        {
            var lists = List().Matches(text);
            for (var i = 0; i < Results.Length; i++)
            {
                foreach (Match told in Regex.Matches(text, $@"(?:{Results[i].Told}) (?<result>[^.]+)\."))
                {
                    if (lists.LastOrDefault(list => list.Index < told.Index) is not { } named) continue;
                    Assert.Equal(Results[i].Right(named.Groups["words"].Value.Split(' ')), told.Groups["result"].Value);
                    seen[i]++;
                }
            }
        }
        Assert.All(seen, count => Assert.True(count > 30, string.Join(' ', seen)));
    }

    [Fact]
    public void Words_are_spelled_and_ordered_rightly()
    {
        var (spelled, ordered) = (0, 0);
        foreach (var text in Texts(Split.Train))
        {
            foreach (Match spelling in Spelling().Matches(text))
            {
                var word = spelling.Groups["word"].Value;
                Assert.Equal(word[..1], spelling.Groups["letter"].Value);
                Assert.Equal(word, spelling.Groups["capitals"].Value.ToLowerInvariant());
                spelled++;
            }
            foreach (Match order in Order().Matches(text))
            {
                Assert.True(string.CompareOrdinal(order.Groups["before"].Value, order.Groups["after"].Value) < 0, order.Value);
                ordered++;
            }
        }
        Assert.True(spelled > 100 && ordered > 100, $"{spelled} {ordered}");
    }

    [Fact]
    public void What_one_is_asked_the_other_does()
    {
        var seen = 0;
        foreach (var text in Texts(Split.Train))
        {
            foreach (Match asked in Asked().Matches(text))
            {
                var words = asked.Groups["words"].Value.Split(' ');
                var task = asked.Groups["task"].Value;
                var right = task.Contains("reverse", StringComparison.Ordinal) || task.Contains("last to first", StringComparison.Ordinal) ? words.Reverse()
                    : task.StartsWith("sort", StringComparison.Ordinal) || task.Contains("order of the alphabet", StringComparison.Ordinal) ? words.Order(StringComparer.Ordinal)
                    : task.Contains("again", StringComparison.Ordinal) || task is "copy this" or "repeat these words" ? words : null;
                if (right is null) continue;
                Assert.Equal(string.Join(' ', right), asked.Groups["result"].Value);
                seen++;
            }
        }
        Assert.True(seen > 80, $"{seen}");
    }

    [Fact]
    public void What_is_held_out_stands_in_no_training_text()
    {
        HashSet<string> held = [.. new[] { Split.Validation, Split.Test }.SelectMany(split => One.Instructions(split).Take(4000)).Select(exercise => exercise.Key)];
        var shown = Texts(Split.Train).SelectMany(text => Shown().Matches(text)).Select(match => "words/" + match.Groups["words"].Value).ToArray();
        Assert.True(shown.Length > 3000);
        Assert.DoesNotContain(shown, held.Contains);
        Assert.DoesNotContain(Texts(Split.Train), text => held.Any(key => key.StartsWith("reading/", StringComparison.Ordinal) && text.StartsWith(key[8..], StringComparison.Ordinal)));
    }

    [Fact]
    public void Nobody_is_an_assistant() =>
        Assert.DoesNotContain(Texts(Split.Train), text => text.Contains("Assistant", StringComparison.Ordinal) || text.Contains("User", StringComparison.Ordinal)
            || (text.StartsWith("Question:", StringComparison.Ordinal) && List().IsMatch(text)));

    /// <summary>The roots of words, as whoever reads the instructions can work them out: what stands in each sentence that has the word.</summary>
    [Fact]
    public void Velin_means_what_it_means_in_instructions()
    {
        var roots = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var exercise in One.Instructions(Split.Train).Where(exercise => exercise.Skill == Skill.Translate).Take(1500))
        {
            foreach (var word in Stems(exercise.Prompt[exercise.Prompt.IndexOf(" The ", StringComparison.Ordinal)..], 4))
            {
                if (!roots.TryAdd(word, [.. Stems(exercise.Answer, 3)])) roots[word].IntersectWith(Stems(exercise.Answer, 3));
            }
        }
        var known = roots.Where(root => root.Value.Count == 1).ToDictionary(root => root.Key, root => root.Value.Single());
        Assert.True(known.Count > 35);
        var (told, heard) = (0, 0);
        foreach (Match pair in Texts(Split.Train).SelectMany(text => Translated().Matches(text)))
        {
            foreach (var word in Stems(pair.Groups["english"].Value, 4).Where(known.ContainsKey))
            {
                Assert.Contains(known[word], Stems(pair.Groups["velin"].Value, 3));
                heard++;
            }
            told++;
        }
        Assert.True(told > 30 && heard > 3 * told, $"{told} {heard}");
    }

    private static IEnumerable<string> Stems(string sentence, int length) =>
        sentence.Split([' ', '.', ':'], StringSplitOptions.RemoveEmptyEntries).Select(word => word.ToLowerInvariant()[..Math.Min(length, word.Length)]);

    [GeneratedRegex("(?:says?|said|writes?|wrote|reads?|thinks?|thought)[a-z ]*: (?<words>[a-z]+(?: [a-z]+){2,})\\.")]
    private static partial Regex List();

    [GeneratedRegex("(?:asks|asked) (?:[A-Z][a-z]+|him|her) to (?<task>[a-z ]+): (?<words>[a-z]+(?: [a-z]+)+)\\.(?: [A-Za-z ]+ repeat[a-z ]+: \\k<words>\\.)? \\w+ [a-z ]+: (?<result>[^.]+)\\.")]
    private static partial Regex Asked();

    [GeneratedRegex("[Tt]he word (?<word>[a-z]+) begins with (?<letter>[a-z]) and is (?<capitals>[A-Z]+) in")]
    private static partial Regex Spelling();

    [GeneratedRegex("In the alphabet (?<before>[a-z]+) comes before (?<after>[a-z]+)\\.")]
    private static partial Regex Order();

    [GeneratedRegex(": (?<words>[a-z]+(?: [a-z]+)+)\\.")]
    private static partial Regex Shown();

    [GeneratedRegex("In English one says: (?<english>The [a-z ]+\\.) [A-Z][^:\\n]*: (?<velin>[a-z ]+\\.)")]
    private static partial Regex Translated();
}
