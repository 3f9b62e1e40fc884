using Grimoire.Training.Worlds;

namespace Grimoire.Tests.Worlds;

public sealed class GrammarTests
{
    private static readonly World One = new(1);
    private static readonly Dictionary<string, Person> People = One.Facts.People.ToDictionary(person => person.Name);
    private static readonly HashSet<string> Masculine = ["he", "him", "his", "himself"];
    private static readonly HashSet<string> Feminine = ["she", "her", "herself"];

    private static IEnumerable<Story> Stories => Enum.GetValues<Split>().SelectMany(split => One.Stories(split).Take(1000));

    [Fact]
    public void A_pronoun_has_somebody_to_stand_for()
    {
        foreach (var story in Stories)
        {
            var (women, men) = (false, false);
            foreach (var word in story.Sentences.SelectMany(sentence => sentence))
            {
                if (People.TryGetValue(word.Form, out var person) && word.Entity == "B-PER") (women, men) = (women || person.IsWoman, men || !person.IsWoman);
                var form = word.Form.ToLowerInvariant();
                Assert.True(men || !Masculine.Contains(form), story.Text);
                Assert.True(women || !Feminine.Contains(form), story.Text);
            }
        }
    }

    /// <summary>A subject pronoun means the only man or woman named in this sentence and the one before, or the one named last.</summary>
    [Fact]
    public void A_story_of_one_gender_keeps_its_pronouns()
    {
        foreach (var story in Stories)
        {
            var cast = story.Sentences.SelectMany(sentence => sentence).Where(word => word.Entity == "B-PER").Select(word => People[word.Form]).Distinct().ToArray();
            if (cast.Length == 0 || cast.Any(person => person.IsWoman != cast[0].IsWoman)) continue;
            var wrong = cast[0].IsWoman ? Masculine : Feminine;
            Assert.DoesNotContain(story.Sentences.SelectMany(sentence => sentence), word => wrong.Contains(word.Form.ToLowerInvariant()));
        }
    }

    [Fact]
    public void Verbs_agree_with_a_single_subject()
    {
        var plainOnly = Verbs.All.Where(verb => verb.Plain.Form != verb.Past.Form && verb.Plain.Form != verb.Third.Form).Select(verb => verb.Plain.Form).ToHashSet();
        foreach (var story in Stories)
        {
            foreach (var sentence in story.Sentences)
            {
                for (var i = 1; i + 1 < sentence.Length; i++)
                {
                    var alone = sentence[i].Form is "He" or "She" or "he" or "she" || (sentence[i].Entity.EndsWith("PER", StringComparison.Ordinal) && !sentence[..i].Any(word => word.Form == "and"));
                    if (alone) Assert.False(sentence[i + 1].Tag is Upos.VERB or Upos.AUX && plainOnly.Contains(sentence[i + 1].Form), Word.Join(sentence));
                }
            }
        }
    }

    [Fact]
    public void Articles_and_capitals_are_right()
    {
        foreach (var story in Stories)
        {
            Assert.DoesNotMatch(@"\b[Aa] [aeiou]|\b[Aa]n (?!hour)[^aeiou]", story.Text);
            Assert.DoesNotMatch(@"[.!?] [a-z](?<!\u0022 [a-z])|^[a-z]|  | [.,!?]|\{|\}", story.Text);
            Assert.Equal(0, story.Text.Count(c => c == '"') % 2);
        }
    }

    [Fact]
    public void Tags_and_text_are_the_same_words()
    {
        foreach (var split in Enum.GetValues<Split>())
        {
            foreach (var sentence in One.Tagged(split).Take(1500))
            {
                Assert.False(sentence[0].Joined);
                for (var i = 0; i < sentence.Count; i++)
                {
                    var word = sentence[i];
                    if (word.Entity.StartsWith("I-", StringComparison.Ordinal)) Assert.EndsWith(word.Entity[2..], sentence[i - 1].Entity);
                    if (word.Tag == Upos.PROPN && People.ContainsKey(word.Form)) Assert.NotEqual("O", word.Entity);
                    Assert.Equal(word.Tag == Upos.PUNCT, !char.IsLetterOrDigit(word.Form[^1]));
                }
            }
        }
        foreach (var story in Stories.Take(500))
            Assert.Equal(story.Text.Replace(" ", ""), string.Concat(story.Sentences.SelectMany(sentence => sentence).Select(word => word.Form)));
    }

    [Fact]
    public void Some_names_are_words_too()
    {
        var words = One.Tagged(Split.Train).Take(20_000).SelectMany(sentence => sentence).Where(word => word.Form is "Robin" or "robin" or "Wren" or "wren" or "Winter" or "winter");
        Assert.True(words.Select(word => word.Entity).Distinct().Count() >= 3);
    }

    [Fact]
    public void Every_story_turns_on_its_key()
    {
        foreach (var story in Stories)
        {
            Assert.Contains(story.Key.Split('/')[2], story.Text);
            Assert.Contains(story.Hero.Name, story.Text);
        }
    }

    [Fact]
    public void Unknown_words_and_broken_templates_are_found()
    {
        Assert.Contains("florb", Assert.Throws<FormatException>(() => Template.Parse("{A} <see> a florb.")).Message);
        Assert.Contains("')' is missing", Assert.Throws<FormatException>(() => Template.Parse("{A} <see> (a|the cat.")).Message);
        Assert.Contains("'fly'", Assert.Throws<FormatException>(() => Template.Parse("{A} <fly>.")).Message);
    }
}
