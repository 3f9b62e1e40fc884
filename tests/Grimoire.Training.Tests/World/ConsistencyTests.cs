using System.Text.RegularExpressions;
using Grimoire.Training.Worlds;

namespace Grimoire.Tests.Worlds;

/// <summary>Reads the text as a stranger would, with patterns that share nothing with the grammar, and asks the facts.</summary>
public sealed partial class ConsistencyTests
{
    private static readonly World One = new(1);
    private static readonly Dictionary<string, Person> People = One.Facts.People.ToDictionary(person => person.Name);

    private static readonly string[] Spelled = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".Split(' ');

    /// <summary>A sentence that begins with a name and tells one attribute.</summary>
    private static readonly (Regex Pattern, Func<Person, string?> Truth)[] Claims =
    [
        (Pattern(@"(?<![\w'] )(?<who>[A-Z]\w+)(?: [A-Z]\w+)? (?:lives|lived) in (?<what>[A-Z]\w+(?: [A-Z]\w+)?)"), person => person.Home.Name),
        (Pattern(@"(?<who>[A-Z]\w+)(?: [A-Z]\w+)? (?:is|was) an? (?<what>\w+) (?:in|from) "), person => person.Work),
        (Pattern(@"(?<who>[A-Z]\w+) (?:is|works as) an? (?<what>\w+)\."), person => person.Work),
        (Pattern(@"Nobody in .*? loved? (?<what>\w+ \w+) as much as (?<who>\w+) "), person => person.Food),
        (Pattern(@"Nobody in .*? loves (?<what>\w+ \w+) as much as (?<who>\w+) "), person => person.Food),
        (Pattern(@"(?<who>[A-Z]\w+)(?:'s favourite food is| loves| likes) (?<what>(?!nobody)\w+ \w+) (?:best|more)"), person => person.Food),
        (Pattern(@"(?<who>[A-Z]\w+)'s (?:best friend) (?:is |was )?(?<what>[A-Z]\w+)"), person => person.Friend.Name),
        (Pattern(@"(?<who>[A-Z]\w+)'s (?:sister|brother) (?:is |was )?(?<what>[A-Z]\w+)"), person => person.Sibling.Name),
        (Pattern(@"(?<who>[A-Z]\w+) is (?<what>\d+) years old"), person => $"{person.Age}"),
        (Pattern(@"(?<who>[A-Z]\w+) (?:keeps|kept|has) (?<what>\w+ (?:geese|hens|goats|sheep|cows|rabbits|ducks|pigs|cats|dogs|donkeys|ponies))"), person => $"{Spelled[person.AnimalCount ?? 0]} {person.Animals}"),
        (Pattern(@"(?<who>[A-Z]\w+)'s (?<what>\w+) door"), person => person.Door),
        (Pattern(@"(?<who>[A-Z]\w+) owns an? (?<what>\w+ \w+)"), person => person.Treasure),
        (Pattern(@"(?<who>[A-Z]\w+) owns the (?<what>\w+ \w+)"), person => person.Treasure),
    ];

    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.CultureInvariant);

    [Fact]
    public void What_is_said_of_a_person_is_true()
    {
        var texts = One.Stories(Split.Train).Take(3000).Select(story => story.Text)
            .Concat(One.Documents.Select(document => document.Text))
            .Concat(Enum.GetValues<Split>().SelectMany(split => One.Questions(split).Take(2500).Concat(One.Requests(split).Take(500)).Select(exercise => exercise.Answer)))
            .Concat(One.Dialogues(Split.Train).Take(1000).SelectMany(messages => messages.Where(message => message.Role == "assistant").Select(message => message.Content)));
        var checkedClaims = new int[Claims.Length];
        foreach (var text in texts)
        {
            foreach (var sentence in text.Split(". "))
            {
                for (var i = 0; i < Claims.Length; i++)
                {
                    foreach (Match claim in Claims[i].Pattern.Matches(sentence))
                    {
                        if (!People.TryGetValue(claim.Groups["who"].Value, out var person)) continue;
                        Assert.True(Claims[i].Truth(person) == claim.Groups["what"].Value, $"'{claim.Value}' in: {text}");
                        checkedClaims[i]++;
                    }
                }
            }
        }
        Assert.All(checkedClaims, count => Assert.True(count > 20, string.Join(' ', checkedClaims)));
    }

    [Fact]
    public void Companions_are_the_hero_s_own()
    {
        var seen = 0;
        foreach (var story in One.Stories(Split.Train).Take(1500))
        {
            foreach (Match kin in Kin().Matches(story.Text))
            {
                var owner = story.Hero;
                Assert.Equal(owner.IsWoman, kin.Groups["whose"].Value.Equals("her", StringComparison.OrdinalIgnoreCase));
                var relative = kin.Groups["kin"].Value == "best friend" ? owner.Friend : owner.Sibling;
                Assert.Equal(relative.Name, kin.Groups["name"].Value);
                if (kin.Groups["kin"].Value != "best friend") Assert.Equal(relative.IsWoman, kin.Groups["kin"].Value == "sister");
                seen++;
            }
        }
        Assert.True(seen > 1000);
    }

    [Fact]
    public void Stories_count_rightly()
    {
        var seen = 0;
        foreach (var story in One.Stories(Split.Train).Take(2500).Where(story => story.Plot is "counting" or "market"))
        {
            var prop = story.Key.Split('/')[2];
            var gathered = story.Sentences.SkipWhile(sentence => !sentence.Any(word => word.Form == prop)).Skip(1);
            var paid = story.Sentences.Where(sentence => sentence.Any(word => word.Form is "coins" or "left" or "other"));
            var numbers = (story.Plot == "counting" ? gathered : paid).SelectMany(sentence => sentence).Where(word => word.Tag == Upos.NUM)
                .Select(word => Array.IndexOf(Spelled, word.Form.ToLowerInvariant())).ToArray();
            var parts = numbers.Where(number => number < numbers.Max()).Distinct().ToArray();
            Assert.Equal(numbers.Max(), parts.Length == 1 ? 2 * parts[0] : parts.Sum());
            seen++;
        }
        Assert.True(seen > 200);
    }

    [Fact]
    public void Documents_hold_the_answers_of_their_queries()
    {
        var library = One.Documents.ToDictionary(document => document.Id);
        foreach (var split in Enum.GetValues<Split>())
        {
            foreach (var query in One.Queries(split).Take(1500))
            {
                var read = string.Join(' ', query.Relevant.Select(id => library[id].Text));
                var fact = One.Facts.All.Single(fact => fact.Subject == query.Relevant[^1] && fact.Attribute == query.Exercise.Key.Split('/')[query.Relevant.Count == 2 ? 2 : 0]);
                Assert.Contains(fact.Value!, read);
                Assert.True(query.Exercise.Accepts(query.Exercise.Answer));
            }
        }
    }

    [Fact]
    public void Training_text_never_names_a_newcomer()
    {
        var newcomers = One.Facts.Newcomers.Select(person => person.Name).ToHashSet();
        foreach (var text in One.Pretraining(Split.Train).Take(3000))
            Assert.DoesNotContain(Names().Matches(text), name => newcomers.Contains(name.Value));
    }

    [Fact]
    public void Every_sum_is_written_out_rightly()
    {
        foreach (var split in Enum.GetValues<Split>())
        {
            foreach (var sum in One.Sums(split).Take(1500))
            {
                Assert.True(Sums.StepsHold(sum.Answer), sum.Answer);
                Assert.False(Sums.StepsHold(sum.Mistake!));
            }
        }
        Assert.Equal("7 + 5 = 12, write 2, carry 1. 4 + 8 + 1 = 13, write 3, carry 1. Write 1. So 47 + 85 = 132.", Sums.Steps(47, '+', 85));
        Assert.Equal("borrow 1, 14 - 9 = 5, write 5. 5 - 1 - 1 = 3, write 3. So 54 - 19 = 35.", Sums.Steps(54, '-', 19));
        Assert.Throws<ArgumentException>(() => Sums.Steps(3, '-', 5));
    }

    [GeneratedRegex("(?<whose>[Hh]er|[Hh]is) (?<kin>best friend|sister|brother) (?<name>[A-Z][a-z]+)")]
    private static partial Regex Kin();

    [GeneratedRegex("[A-Z][a-z]+")]
    private static partial Regex Names();
}
