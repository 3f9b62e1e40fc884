using System.Text.Json.Nodes;
using Grimoire.Evaluation.Tasks;
using Grimoire.Training.Rewards;

namespace Grimoire.Evaluation.Reasoning;

public class ReasoningStrategyTests
{
    private static readonly TaskFile Sums = new()
    {
        Name = "sums",
        Kind = TaskKind.Generate,
        MaxTokens = 60,
        Stop = ["\n"],
        Metrics = [new TaskMetric("acc", "exact_match") { Filter = [AnswerFilter.Named("final_number")] }],
        Cues = new Dictionary<string, string> { ["direct"] = "So", ["final"] = " So it is" },
    };

    [Fact]
    public void Results_are_put_in_as_the_model_writes_and_only_its_own_tokens_are_counted()
    {
        // It can copy but not compute.
        var model = new ScriptedModel(request => request.Begun switch
        {
            "" => "7 + 5 = 99, write 9",
            "7 + 5 = 12" => ", write 2. So 17 + 5 = 1",
            "7 + 5 = 12, write 2. So 17 + 5 = 22" => ".",
            _ => "?",
        });
        TaskAnswer answer = Ask(model, "calculator");
        Assert.Equal("7 + 5 = 12, write 2. So 17 + 5 = 22.", answer.Text);
        Assert.Equal("7 + 5 =".Length + ", write 2. So 17 + 5 =".Length + ".".Length + 1, answer.Tokens);
        Assert.Equal((3, 2), (answer.Notes!["turns"]!.GetValue<int>(), answer.Notes["results"]!.GetValue<int>()));
        Assert.All(model.Asked, request => Assert.Equal(["\n", "="], request.Stop));
        Assert.Equal(60 - "7 + 5 =".Length, model.Asked[1].MaxTokens);
    }

    [Fact]
    public void A_result_is_whole_and_takes_no_more_digits()
    {
        var model = new ScriptedModel(request => request.Begun.Length == 0 ? "8 + 44 =" : "2. 5 of them");
        TaskAnswer answer = Ask(model, "calculator");
        Assert.Equal("8 + 44 = 52. 5 of them", answer.Text);
        Assert.Equal("8 + 44 =".Length + "2. 5 of them".Length + 1, answer.Tokens);
    }

    [Fact]
    public void A_calculator_that_is_called_forever_ends_with_the_tokens()
    {
        var model = new ScriptedModel(_ => " 1 + 1 = ");
        TaskAnswer answer = Ask(model, "calculator");
        Assert.Equal(60, answer.Tokens);
        Assert.StartsWith(" 1 + 1 = 2 1 + 1 = 2", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_vote_takes_the_answer_that_most_come_to()
    {
        ulong[] seeds = [];
        var model = new ScriptedModel(request => Array.IndexOf(seeds = seeds.Contains(request.Seed) ? seeds : [.. seeds, request.Seed], request.Seed) switch
        {
            0 => "I think 5.",
            1 => "It is 7",
            2 => "no idea",
            3 => "7.0 of them",
            _ => "none",
        });
        TaskAnswer answer = Ask(model, "vote:5");
        Assert.Equal(5, seeds.Length);
        // The fake is asked backwards: the first to ask is the last draft.
        Assert.Equal("7.0 of them", answer.Text);
        Assert.All(model.Asked, request => Assert.Equal(0.7, request.Temperature));
        Assert.Equal(["", "7", "", "7", "5"], answer.Notes!["drafts"]!.AsArray().Select(draft => draft!["answer"]!.GetValue<string>()));
        Assert.Equal(5, model.Asked.Count);
        Assert.Equal("I think 5.It is 7no idea7.0 of themnone".Length + 5, answer.Tokens);
    }

    [Theory]
    [InlineData(new[] { "a", "b", "b" }, 1)]
    [InlineData(new[] { "b", "a", "a", "b" }, 0)]
    [InlineData(new[] { "", "", "c" }, 2)]
    [InlineData(new[] { "", "" }, 0)]
    public void Ties_go_to_the_first_and_nothing_does_not_vote(string[] votes, int winner) => Assert.Equal(winner, Votes.Winner(votes));

    [Fact]
    public void The_best_by_a_reward_is_chosen()
    {
        int asked = 0;
        var model = new ScriptedModel(_ => new string('x', ++asked * 3 % 7));
        var shorter = Reward.Of("short", (prompt, answer) => prompt.Prompt.ToString() == "17 + 5?" ? -answer.Length : throw new InvalidOperationException());
        TaskAnswer answer = Ask(model, "best:4", new ReasoningSettings { Reward = shorter });
        Assert.Equal(new string('x', 2), answer.Text);
        Assert.Throws<GrimoireException>(() => ReasoningStrategy.Parse("best:4", new ReasoningSettings()));
    }

    [Fact]
    public void Thinking_that_ends_too_early_goes_on_and_thinking_that_does_not_end_is_cut()
    {
        var early = new ScriptedModel(request => request.Begun.Length == 0 ? "It is 5. " : ", no, it is 22.");
        TaskAnswer longer = Ask(early, "budget:30-50");
        Assert.Equal("It is 5. Wait, no, it is 22. Wait, no, it is 22.", longer.Text);
        Assert.Equal("It is 5. ".Length + 1 + (2 * (", no, it is 22.".Length + 1)), longer.Tokens);
        Assert.Equal((2, 0), (longer.Notes!["waits"]!.GetValue<int>(), longer.Notes["cut"]!.GetValue<int>()));

        var endless = new ScriptedModel(request => request.Begun.EndsWith("So it is", StringComparison.Ordinal) ? " 22." : new string('m', 99));
        TaskAnswer cut = Ask(endless, "budget:1-20");
        Assert.Equal(new string('m', 20) + " So it is 22.", cut.Text);
        Assert.Equal(20 + 5, cut.Tokens);
    }

    [Fact]
    public void Cues_begin_the_answer_and_leave_room_to_think()
    {
        var model = new ScriptedModel(_ => " 22.");
        Assert.Equal("So 22.", Ask(model, "direct").Text);
        Assert.Equal(("So", 60), (model.Asked[^1].Begun, model.Asked[^1].MaxTokens));
        Assert.Equal("Let's think step by step. 22.", Ask(model, "cot").Text);
        Assert.Equal(256, model.Asked[^1].MaxTokens);
        Ask(model, "cot", chat: false);
        Assert.Equal(" Let's think step by step.", model.Asked[^1].Begun);
    }

    [Fact]
    public void Same_seed_same_draws_whatever_the_company()
    {
        ulong[] Seeds(ulong seed, params string[] ids)
        {
            var model = new ScriptedModel(_ => "1");
            var strategy = ReasoningStrategy.Parse("vote:2", new ReasoningSettings { Seed = seed })[0];
            strategy.Answer(model, Sums, [.. ids.Select(Example)], (_, _) => { }, chat: true);
            return [.. model.Asked.TakeLast(2).Select(request => request.Seed)];
        }

        Assert.Equal(Seeds(1, "sums/7"), Seeds(1, "sums/3", "sums/7"));
        Assert.NotEqual(Seeds(1, "sums/7"), Seeds(2, "sums/7"));
        Assert.Equal(4, Seeds(1, "sums/7").Concat(Seeds(1, "sums/8")).Distinct().Count());
    }

    [Fact]
    public void Plans_are_read_and_what_is_none_is_refused_by_a_sentence()
    {
        ReasoningPlan plan = ReasoningPlan.Parse("cot + calculator+budget:10-20+vote:8");
        Assert.Equal(("cot", true, 10, (int?)20, 8, AnswerChoice.Vote), (plan.Cue, plan.Calculator, plan.Least, plan.Most, plan.Samples, plan.Choice));
        Assert.Equal("cot+calculator+budget:10-20+vote:8", plan.Name);
        Assert.Equal((4, 0.3), (ReasoningPlan.Parse("best:4@0.3").Samples, ReasoningPlan.Parse("best:4@0.3").Temperature!.Value));
        Assert.Same(AnswerStrategy.Greedy, ReasoningStrategy.Parse("greedy", new ReasoningSettings())[0]);
        string[] wrong =
        [
            "", "greedy+cot", "cot+direct", "vote", "vote:1", "vote:x", "vote:2+best:3", "budget:", "budget:20-10", "budget:0", "best:9999", "think",
            "calculator:3", "vote:8@", "vote:8@0", "vote:8@x", "greedy@1", "greedy,greedy",
        ];
        foreach (string text in wrong)
        {
            string message = Assert.Throws<GrimoireException>(() => ReasoningStrategy.Parse(text, new ReasoningSettings())).Message;
            Assert.Contains("strategy", message, StringComparison.Ordinal);
        }
    }

    private static TaskAnswer Ask(ScriptedModel model, string plan, ReasoningSettings? settings = null, bool chat = true)
    {
        TaskAnswer? answer = null;
        ReasoningStrategy.Parse(plan, settings ?? new ReasoningSettings())[0].Answer(model, Sums, [Example("sums/1")], (_, said) => answer = said, chat);
        return answer!;
    }

    private static TaskExample Example(string id) => new() { Id = id, Row = new JsonObject(), Question = "17 + 5?" };
}
