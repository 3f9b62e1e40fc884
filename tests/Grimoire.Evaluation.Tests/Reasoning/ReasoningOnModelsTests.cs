using System.Text.Json.Nodes;
using Grimoire.Evaluation.Tasks;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Reasoning;

/// <summary>The strategies on a real model, whose words are nonsense and whose tokens can be counted.</summary>
public class ReasoningOnModelsTests
{
    private static readonly TaskFile Task = new()
    {
        Name = "t",
        Kind = TaskKind.Generate,
        MaxTokens = 24,
        Metrics = [new TaskMetric("acc", "number")],
        Cues = new Dictionary<string, string> { ["direct"] = "So" },
    };

    private static readonly TaskExample[] Examples =
        [.. Enumerable.Range(0, 5).Select(i => new TaskExample { Id = $"t/{i}", Row = new JsonObject(), Question = $"What is {i} + {i * i}?" })];

    private static readonly LocalModel Model = new(LetterModels.Chatting(context: 128), Kernels.CreateSimd(1), "tiny");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_plan_without_help_says_what_greedy_says(bool chat)
    {
        TaskAnswer[] greedy = Answers(AnswerStrategy.Greedy, chat), plan = Answers(new ReasoningStrategy(new ReasoningPlan(), new ReasoningSettings()), chat);
        Assert.Equal(greedy.Select(answer => (answer.Text, answer.Tokens)), plan.Select(answer => (answer.Text, answer.Tokens)));
    }

    [Fact]
    public void What_a_prompt_and_a_cue_are_continued_with_does_not_depend_on_how_they_are_cut()
    {
        TaskAnswer[] answers = Answers(Parse("direct"), chat: true);
        IReadOnlyList<GeneratedAnswer> once =
            Model.Generate([.. Examples.Select(example => new GenerateRequest(example.Question) { Chat = true, Begun = "So", MaxTokens = 24 })]);
        Assert.Equal(once.Select(answer => ("So" + answer.Text, answer.Tokens)), answers.Select(answer => (answer.Text, answer.Tokens)));
    }

    /// <summary>The plain format puts a space between "Assistant:" and what is said.</summary>
    [Fact]
    public void A_cue_stands_where_the_format_begins_an_answer()
    {
        var plain = new LocalModel(LetterModels.Llama(), Kernels.CreateSimd(1), "tiny", "plain");
        GenerateRequest So(string begun) => new("Why?") { Chat = true, Begun = begun, MaxTokens = 8 };
        IReadOnlyList<GeneratedAnswer> answers = plain.Generate([So("So"), So(" So"), new GenerateRequest("User: Why?\nAssistant: So") { MaxTokens = 8 }]);
        Assert.Equal(answers[1].Text, answers[0].Text);
        Assert.Equal((answers[2].Text, answers[2].PromptTokens), (answers[0].Text, answers[0].PromptTokens));
    }

    [Fact]
    public void Every_sample_is_paid_for()
    {
        TaskAnswer[] answers = Answers(Parse("vote:4"), chat: true);
        Assert.All(answers, answer => Assert.Equal(answer.Tokens, answer.Notes!["drafts"]!.AsArray().Sum(draft => draft!["tokens"]!.GetValue<int>())));
        Assert.All(answers, answer =>
            Assert.InRange(answer.Notes!["drafts"]!.AsArray().Select(draft => draft!["text"]!.GetValue<string>()).Distinct().Count(), 2, 4));
        Assert.Equal(answers.Select(answer => answer.Text), Answers(Parse("vote:4"), chat: true).Select(answer => answer.Text));
    }

    [Fact]
    public void A_budget_is_kept_to_the_token()
    {
        foreach (TaskAnswer answer in Answers(Parse("budget:10-15"), chat: false))
        {
            Assert.InRange(answer.Tokens, 10, 15 + 32);
            Assert.True(answer.Notes!["cut"]!.GetValue<int>() == 0 || answer.Tokens > 15);
        }

        // 128 tokens are all the context there is.
        Assert.All(Answers(Parse("budget:500-1000"), chat: false), answer => Assert.InRange(answer.Tokens, 1, 2000));
    }

    private static AnswerStrategy Parse(string plan) => ReasoningStrategy.Parse(plan, new ReasoningSettings())[0];

    private static TaskAnswer[] Answers(AnswerStrategy strategy, bool chat)
    {
        var answers = new TaskAnswer[Examples.Length];
        strategy.Answer(Model, Task, Examples, (index, answer) => answers[index] = answer, chat);
        return answers;
    }
}
