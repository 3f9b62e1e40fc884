using Grimoire.Training.Data;
using Microsoft.Extensions.AI;

namespace Grimoire.Training.Tests.Constitutions;

public sealed class ConstitutionTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Principles_are_texts_or_a_critique_and_a_revision()
    {
        Constitution read = Constitution.Read(scratch.Write("c.json", """
            {"principles": ["be short",
              // the second
              {"name": "kind", "critique": "What is unkind?", "revision": "Be kind."}]}
            """));
        Assert.Equal("be short", read.All[0].Name);
        Assert.Contains("be short", read.All[0].Critique, StringComparison.Ordinal);
        Assert.Equal(new Principle("kind", "What is unkind?", "Be kind."), read.All[1]);
    }

    [Theory]
    [InlineData("[]", "principles")]
    [InlineData("""{"principles": []}""", "principles")]
    [InlineData("""{"principles": [""]}""", "principle 1")]
    [InlineData("""{"principles": ["be short", 7]}""", "principle 2")]
    [InlineData("""{"principles": [{"critique": "What?"}]}""", "revision")]
    [InlineData("""{"principles": [{"critique": "What?", "revision": "So.", "weight": 2}]}""", "weight")]
    [InlineData("""{"principles": [{"critique": "What?", }""", "line 1")]
    public void What_is_no_constitution_is_named(string text, string named)
    {
        string message = Assert.Throws<GrimoireException>(() => Constitution.Read(scratch.Write("c.json", text))).Message;
        Assert.Contains("c.json", message, StringComparison.Ordinal);
        Assert.Contains(named, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("none.json", Assert.Throws<GrimoireException>(() => Constitution.Read(scratch["none.json"])).Message, StringComparison.Ordinal);

    [Fact]
    public void An_answer_is_criticised_and_revised_by_principles_in_turn()
    {
        var script = new Script();
        var constitution = new Constitution([new Principle("kind", "kind?", "kinder!"), new Principle("short", "short?", "shorter!")]);
        Revision revision = Revision.Of(new Respondent(script, "m"), constitution, new Passage("hello"), rounds: 2, seed: 5);
        Assert.Equal("answer", revision.Answer);
        Assert.Equal(["kind", "short"], revision.Critiques.Select(c => c.Principle.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["critique of answer", "critique of better answer"], revision.Critiques.Select(c => c.Critique));
        Assert.Equal("better better answer", revision.Revised);
        Assert.Equal(5, script.Seeds.Count);
        Assert.Equal(5, script.Seeds.Distinct().Count());

        var again = new Script();
        Revision.Of(new Respondent(again, "m"), constitution, new Passage("hello"), rounds: 2, seed: 5);
        Assert.Equal(script.Seeds, again.Seeds);
    }

    [Fact]
    public void Pairs_are_training_data_and_what_is_none_lies_beside_them()
    {
        string path = scratch["pairs.jsonl"];
        var constitution = new Constitution([new Principle("kind", "kind?", "kinder!")]);
        string Key(string prompt) => RevisionFile.KeyOf(new Passage(prompt), "m", constitution, 1, 7);
        Revision Of(string answer, string revised) => new(answer, [(constitution.All[0], "hm")], revised);
        using (RevisionFile file = RevisionFile.Open(path))
        {
            file.Append(Key("p"), new Passage("p"), Of("no", "yes"), RevisionFate.Kept, "m", new Judgement(Verdict.First, 0.8, 0.6));
            file.Append(Key("q"), new Passage("q"), Of("no", "no"), RevisionFile.FateOf(Of("no", "no")), "m", null);
        }

        using RevisionFile again = RevisionFile.Open(path);
        Assert.Equal(2, again.Known);
        Assert.True(again.Has(Key("p")) && again.Has(Key("q")) && !again.Has(Key("r")));
        Assert.NotEqual(Key("p"), RevisionFile.KeyOf(new Passage("p"), "m", constitution, 2, 7));
        PreferenceExample pair = Assert.IsType<PreferenceExample>(Assert.Single(ExampleFiles.Read([path], ExampleKinds.Preference).Examples));
        Assert.Equal(("p", "yes", "no"), (pair.Prompt.ToString(), pair.Chosen.ToString(), pair.Rejected.ToString()));
        Assert.Contains("\"fate\":\"unchanged\"", File.ReadAllText(RevisionFile.LeftOutPath(path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "b", RevisionFate.Kept)]
    [InlineData("a", "a", RevisionFate.Unchanged)]
    [InlineData("", "b", RevisionFate.Empty)]
    [InlineData("a", "", RevisionFate.Empty)]
    public void A_pair_needs_two_different_answers(string answer, string revised, RevisionFate fate) =>
        Assert.Equal(fate, RevisionFile.FateOf(new Revision(answer, [], revised)));

    [Fact]
    public void A_file_of_something_else_is_left_as_it_is()
    {
        string path = scratch.Write("pairs.jsonl", """{"prompt": "p", "chosen": "a", "rejected": "b"}""" + "\n");
        Assert.Contains("--out", Assert.Throws<GrimoireException>(() => RevisionFile.Open(path)).Message, StringComparison.Ordinal);
        Assert.Single(File.ReadLines(path));
    }

    /// <summary>Answers, criticises what ends with a question mark, and makes better what ends with an exclamation mark.</summary>
    private sealed class Script : IChatClient
    {
        public List<long> Seeds { get; } = [];

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            ChatMessage[] said = [.. messages];
            Seeds.Add(options!.Seed!.Value);
            string answer = said[^1].Text switch
            {
                [.., '?'] => $"critique of {said[^2].Text}",
                [.., '!'] => $"better {said[^4].Text}",
                _ => "answer",
            };
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer)));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
