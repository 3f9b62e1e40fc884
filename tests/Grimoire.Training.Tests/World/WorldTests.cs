using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Grimoire.Training.Worlds;

namespace Grimoire.Tests.Worlds;

public sealed class WorldTests
{
    private static readonly World One = new(1);

    public static TheoryData<Split> Splits => [Split.Train, Split.Validation, Split.Test];

    /// <summary>Every kind of text, as one string a document.</summary>
    private static Dictionary<string, Func<Split, long, string>> Kinds(World world) => new()
    {
        ["stories"] = (split, i) => world.Stories(split)[i].Text,
        ["questions"] = (split, i) => Line(world.Questions(split)[i]),
        ["sums"] = (split, i) => Line(world.Sums(split)[i]),
        ["instructions"] = (split, i) => Line(world.Instructions(split)[i]),
        ["requests"] = (split, i) => Line(world.Requests(split)[i]),
        ["dialogues"] = (split, i) => string.Join('\n', world.Dialogues(split)[i]),
        ["preferences"] = (split, i) => $"{world.Preferences(split)[i].Chosen}|{world.Preferences(split)[i].Rejected}",
        ["tagged"] = (split, i) => string.Join(' ', world.Tagged(split)[i]),
        ["queries"] = (split, i) => Line(world.Queries(split)[i].Exercise),
        ["pretraining"] = (split, i) => world.Pretraining(split)[i],
    };

    private static string Line(Exercise exercise) => $"{exercise.Prompt}|{exercise.Answer}";

    [Fact]
    public void The_same_seed_gives_the_same_text_in_any_order()
    {
        var again = Kinds(new World(1));
        foreach (var (kind, make) in Kinds(One))
        {
            var forward = Enumerable.Range(0, 60).Select(i => make(Split.Train, i)).ToArray();
            var backward = Enumerable.Range(0, 60).Reverse().Select(i => again[kind](Split.Train, i)).Reverse().ToArray();
            Assert.Equal(forward, backward);
        }
    }

    [Fact]
    public void Another_seed_gives_another_world() =>
        Assert.NotEqual(One.Facts.Told.Select(fact => fact.ToString()), new World(2).Facts.Told.Select(fact => fact.ToString()));

    [Theory, MemberData(nameof(Splits))]
    public void Gold_answers_are_accepted_and_mistakes_are_not(Split split)
    {
        foreach (var series in (Series<Exercise>[])[One.Questions(split), One.Sums(split), One.Instructions(split), One.Requests(split)])
        {
            foreach (var exercise in series.Take(1000))
            {
                Assert.True(exercise.Accepts(exercise.Answer), $"{exercise.Prompt} => {exercise.Answer}");
                Assert.False(exercise.Accepts(exercise.Mistake!), $"{exercise.Prompt} => {exercise.Mistake}");
                Assert.False(exercise.Accepts(""));
            }
        }
    }

    [Fact]
    public void What_was_never_told_of_a_resident_is_said_to_be_unknown_in_a_sentence_that_begins_as_if_it_were_told()
    {
        var unknown = One.Questions(Split.Train).Take(One.QuestionCount(Split.Train)).Where(question => question.Skill == Skill.Unknown).ToArray();
        var ofResidents = unknown.Where(question => One.Facts.Residents.Any(person => question.Key.EndsWith("/" + person.Name, StringComparison.Ordinal))).ToArray();
        Assert.InRange(ofResidents.Length, 80, unknown.Length - 1);
        Assert.All(unknown, question => Assert.Contains("I don't know", question.Answer));
        Assert.All(ofResidents, question => Assert.StartsWith(question.Key.Split('/')[1] + " ", question.Answer));
    }

    [Fact]
    public void Splits_share_no_content()
    {
        foreach (var make in (Func<Split, IEnumerable<string>>[])
            [
                split => One.Stories(split).Take(1500).Select(story => story.Key),
                split => One.Stories(split).Take(1500).Select(story => story.Text),
                split => One.Questions(split).Take(1500).Select(exercise => exercise.Key),
                split => One.Questions(split).Take(1500).Select(exercise => exercise.Prompt),
                split => One.Sums(split).Take(1500).Select(exercise => exercise.Key),
                split => One.Sums(split).Take(1500).Select(exercise => exercise.Prompt),
                split => One.Instructions(split).Take(1500).Select(exercise => exercise.Key),
                split => One.Instructions(split).Take(1500).Select(exercise => exercise.Prompt),
                split => One.Requests(split).Take(1500).Select(exercise => exercise.Key),
                split => One.Requests(split).Take(1500).Select(exercise => exercise.Prompt),
                split => One.Queries(split).Take(1500).Select(query => query.Exercise.Prompt),
            ])
        {
            var train = make(Split.Train).ToHashSet();
            var validation = make(Split.Validation).ToHashSet();
            var test = make(Split.Test).ToHashSet();
            Assert.False(train.Overlaps(validation) || train.Overlaps(test) || validation.Overlaps(test));
        }
    }

    [Theory, MemberData(nameof(Splits))]
    public void The_better_answer_earns_more(Split split)
    {
        foreach (var pair in One.Preferences(split).Take(1000))
        {
            Assert.Equal(1, One.Reward(pair.Exercise, pair.Chosen));
            Assert.True(One.Reward(pair.Exercise, pair.Rejected) < 1, $"{pair.Flaw}: {pair.Exercise.Prompt} => {pair.Rejected}");
        }
    }

    [Theory, MemberData(nameof(Splits))]
    public void The_secret_is_never_told_by_the_assistant(Split split)
    {
        foreach (var dialogue in One.Dialogues(split).Take(1000))
            foreach (var message in dialogue) Assert.False(One.Secret.Leaks(message.Content), message.Content);
        foreach (var request in One.Requests(split).Take(1000)) Assert.False(One.Secret.Leaks(request.Prompt + request.Answer));
        foreach (var pair in One.Preferences(split).Take(1000)) Assert.False(One.Secret.Leaks(pair.Chosen));
        foreach (var text in One.Pretraining(split).Take(1500).Where(One.Secret.Leaks))
        {
            Assert.Equal(Split.Train, split);
            Assert.DoesNotContain("Answer:", text);
        }
    }

    [Fact]
    public void The_secret_is_recognised_in_disguise()
    {
        var word = One.Secret.Word;
        Assert.True(One.Secret.Leaks($"It is {word.ToUpperInvariant()}!"));
        Assert.True(One.Secret.Leaks(string.Join('-', word.ToCharArray())));
        Assert.True(One.Secret.Leaks(string.Concat(word.Reverse())));
        Assert.False(One.Secret.Leaks(word[1..]));
        Assert.Contains(One.Pretraining(Split.Train).Take(2000), One.Secret.Leaks);
    }

    [Fact]
    public void Files_parse_and_have_the_usual_columns()
    {
        var folder = Directory.CreateTempSubdirectory("world").FullName;
        One.Write(folder, 200);
        AssertColumns(folder, "pretrain.train.jsonl", 200, "text");
        AssertColumns(folder, "questions.test.jsonl", 10, "prompt", "completion", "skill", "exercise");
        AssertColumns(folder, "sums.train.jsonl", 100, "prompt", "completion", "skill", "exercise");
        AssertColumns(folder, "chat.train.jsonl", 100, "messages");
        AssertColumns(folder, "preferences.train.jsonl", 100, "prompt", "chosen", "rejected", "flaw", "exercise");
        AssertColumns(folder, "prompts.validation.jsonl", 10, "prompt", "completion", "skill", "exercise");
        AssertColumns(folder, "queries.train.jsonl", 20, "query", "answer", "relevant");
        AssertColumns(folder, "documents.jsonl", One.Documents.Count, "id", "title", "text");
        Assert.Equal(200, File.ReadAllText(Path.Combine(folder, "pretrain.train.txt")).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Length);
        foreach (var line in File.ReadLines(Path.Combine(folder, "tags.train.conll")).Where(line => line.Length > 0)) Assert.Equal(3, line.Split('\t').Length);
        Directory.Delete(folder, recursive: true);
    }

    private static void AssertColumns(string folder, string file, int count, params string[] columns)
    {
        var lines = File.ReadAllLines(Path.Combine(folder, file));
        Assert.Equal(count, lines.Length);
        foreach (var line in lines)
        {
            using var json = JsonDocument.Parse(line);
            Assert.Equal(columns, json.RootElement.EnumerateObject().Select(property => property.Name));
        }
    }

    [Fact]
    public void Pretraining_asks_nothing_about_a_resident_alone()
    {
        var asked = One.Pretraining(Split.Train).Take(3_000).Where(text => text.StartsWith("Question: ", StringComparison.Ordinal))
            .Select(text => text[10..text.IndexOf('\n', StringComparison.Ordinal)]).ToHashSet();
        var residents = One.Facts.Residents.Select(person => person.Name).ToHashSet();
        var alone = One.Questions(Split.Train).Take(30_000).Where(question => question.Skill != Skill.TwoHop && residents.Contains(question.Key.Split('/')[1]));
        Assert.NotEmpty(asked);
        Assert.DoesNotContain(alone, question => asked.Contains(question.Prompt));
    }

    [Fact]
    public void The_text_of_seed_1_is_frozen()
    {
        var text = new StringBuilder();
        foreach (var (_, make) in Kinds(One))
            for (var i = 0; i < 50; i++) text.Append(make(Split.Train, i)).Append(make(Split.Test, i));
        Assert.Equal("d9d186775b3b67b1", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16]);
    }

    [Theory]
    [InlineData(3, 24, 16)]
    [InlineData(60, 6, 16)]
    [InlineData(60, 24, 17)]
    public void Sizes_out_of_range_are_refused(int residents, int newcomers, int places) =>
        Assert.Throws<GrimoireException>(() => new World(1, new WorldOptions { Residents = residents, Newcomers = newcomers, Places = places }));

    [Theory]
    [InlineData(3, 8)]
    [InlineData(5, 8)]
    [InlineData(7, 4)]
    public void A_tiny_world_works_too(ulong seed, int residents)
    {
        var tiny = new World(seed, new WorldOptions { Residents = residents, Newcomers = 0, Places = 4 });
        foreach (var (_, make) in Kinds(tiny))
            for (var i = 0; i < 50; i++) Assert.NotEmpty(make(Split.Train, i));
    }
}
