using System.Text.Json.Nodes;
using Grimoire.Tests;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Worlds;

namespace Grimoire.Training.Tests.Rewards;

public sealed class VerifiableRewardsTests
{
    [Theory]
    [InlineData("So 388 + 85 = 473.", "473")]
    [InlineData("She makes 9 * 2 = $18 every day.\n#### 18", "18")]
    [InlineData("#### 1,234\nThat is 7 more than 3.", "1234")]
    [InlineData("It costs $1,250,000.50 in all.", "1250000.5")]
    [InlineData("18.00", "18")]
    [InlineData("5 - 8 = -3", "-3")]
    [InlineData("the years 1990-1995", "1995")]
    [InlineData("x-5", "5")]
    [InlineData("half of it is .5", "0.5")]
    [InlineData("none at all", null)]
    [InlineData("", null)]
    [InlineData("99999999999999999999999999999999999999", null)]
    public void The_number_of_a_solution(string text, string? number) =>
        Assert.Equal(number is null ? null : decimal.Parse(number, System.Globalization.CultureInfo.InvariantCulture), FinalNumber.Of(text));

    [Fact]
    public void Published_solutions_to_grade_school_questions_are_graded_as_their_authors_graded_them()
    {
        string? path = Shared.Path("data/math-gsm8k/example_model_solutions.jsonl");
        Assert.SkipWhen(path is null, "needs ../shared/data/math-gsm8k/example_model_solutions.jsonl");
        int agreed = 0, right = 0, total = 0;
        foreach (string line in File.ReadLines(path))
        {
            JsonObject row = JsonNode.Parse(line)!.AsObject();
            var prompt = new PromptExample(new Passage(row["question"]!.ToString()), new JsonObject { ["answer"] = row["ground_truth"]!.ToString() });
            foreach (JsonObject solution in row.Select(column => column.Value).OfType<JsonObject>())
            {
                bool label = solution["is_correct"]!.GetValue<bool>();
                double reward = VerifiableRewards.Number.Score([Said(prompt, solution["solution"]!.ToString())])[0];
                agreed += reward == (label ? 1 : 0) ? 1 : 0;
                right += label ? 1 : 0;
                total++;
            }
        }

        TestContext.Current.SendDiagnosticMessage("{0} of {1} as labelled, {2} of them right", agreed, total, right);
        Assert.Equal(5276, total);
        Assert.InRange(right, 1000, 4000);
        Assert.True(agreed >= 0.99 * total, $"{agreed} of {total} are graded as labelled");
    }

    [Fact]
    public void The_published_answers_to_grade_school_questions_all_have_a_number()
    {
        string? path = Shared.Path("data/math-gsm8k/test.jsonl");
        Assert.SkipWhen(path is null, "needs ../shared/data/math-gsm8k/test.jsonl");
        ExampleFiles rows = ExampleFiles.Read([path], ExampleKinds.Prompt);
        Assert.All(rows.Examples.Cast<PromptExample>(), prompt => Assert.Equal(1, VerifiableRewards.Number.Score([Said(prompt, prompt.Columns["answer"]!.ToString())])[0]));
    }

    [Fact]
    public void Exact_compares_with_the_answer_or_else_the_completion()
    {
        Assert.Equal([1, 0], VerifiableRewards.Exact.Score([Said(Prompt("answer", "yes"), " yes\n"), Said(Prompt("answer", "yes"), "Yes")]));
        Assert.Equal([1], VerifiableRewards.Exact.Score([Said(Prompt("completion", "yes"), "yes")]));
        Assert.Equal([1], VerifiableRewards.Exact.Score([Said(new PromptExample(new Passage("a"), JsonNode.Parse("""{"answer":7}""")!.AsObject()), "7")]));
        var e = Assert.Throws<GrimoireException>(() => VerifiableRewards.Exact.Score([Said(Prompt("label", "yes") with { File = "p.jsonl", Line = 3 }, "yes")]));
        Assert.Equal("p.jsonl, line 3: the reward 'exact' needs the column \"answer\" or \"completion\"; add it or choose another reward.", e.Message);
    }

    [Fact]
    public void The_steps_of_a_sum_are_its_unit_test()
    {
        Rollout Steps(string text) => Said(Prompt("answer", ""), text);
        Assert.Equal([1, 0, 0], VerifiableRewards.SumSteps.Score([Steps(Sums.Steps(388, '+', 85)), Steps("8 + 5 = 12, write 2."), Steps("473")]));
    }

    [Fact]
    public void Worlds_own_reward_is_found_by_the_exercises_place()
    {
        var world = new World(1);
        Exercise exercise = world.Sums(Split.Test)[7];
        PromptExample prompt = Prompt("exercise", "1/sums/test/7");
        Assert.Equal([1, -1], VerifiableRewards.World.Score([Said(prompt, exercise.Answer), Said(prompt, exercise.Mistake!)]));
        Assert.Contains("column \"exercise\"", Assert.Throws<GrimoireException>(() => VerifiableRewards.World.Score([Said(Prompt("answer", ""), "")])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(80, 0)]
    [InlineData(90, -0.5)]
    [InlineData(100, -1)]
    [InlineData(500, -1)]
    public void Length_is_punished_softly(int tokens, double reward)
    {
        Rollout cut = Said(Prompt("answer", ""), "") with { AnswerIds = new int[tokens], Ended = false };
        Assert.Equal(reward, VerifiableRewards.Length(100).Score([cut])[0], 12);
        Assert.Equal(reward, VerifiableRewards.Length(100).Score([cut with { AnswerIds = new int[tokens + 1], Ended = true }])[0], 12);
    }

    [Fact]
    public void Names_make_a_weighted_sum()
    {
        RewardSum sum = RewardNames.Parse("exact,0.5*number,format=^So [0-9]{1,3}, exact$,-0.25*sum-steps, 2*length=10");
        Assert.Equal(["exact", "number", "format", "sum-steps", "length"], sum.Terms.Select(term => term.Reward.Name));
        Assert.Equal([1, 0.5, 1, -0.25, 2], sum.Terms.Select(term => term.Weight));
        Rollout[] said = [Said(Prompt("answer", "So 12, exact"), "So 12, exact"), Said(Prompt("answer", "12"), "1 + 11 = 12")];
        Assert.Equal([2.5, 0.25], sum.Score(said));
        Assert.Equal([[1, 0], [1, 1], [1, 0], [0, 1], [0, 0]], sum.Parts(said));
        Assert.Equal("exact + 0.5·number + format + -0.25·sum-steps + 2·length", sum.Name);
    }

    [Theory]
    [InlineData("nubmer", "there is no reward 'nubmer'; there are exact, number,")]
    [InlineData("exact,nubmer", "there is no reward 'exact,nubmer'")]
    [InlineData("", "there is no reward ''")]
    [InlineData("exact=3", "there is no reward 'exact=3'")]
    [InlineData("x*exact", "no number before the '*'")]
    [InlineData("length", "needs the most tokens")]
    [InlineData("length=0", "needs the most tokens")]
    [InlineData("length=ten", "needs the most tokens")]
    [InlineData("format", "needs a regular expression")]
    [InlineData("format=(", "without look-arounds")]
    [InlineData("format=(a)\\1", "without look-arounds")]
    public void A_wrong_name_is_told(string text, string told) =>
        Assert.Contains(told, Assert.Throws<GrimoireException>(() => RewardNames.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_reward_of_ones_own_is_a_function_and_must_be_a_number()
    {
        Reward polite = Reward.Of("polite", (_, answer) => answer.Contains("please", StringComparison.Ordinal) ? 1 : 0);
        Assert.Equal([1, 0], polite.Score([Said(Prompt("answer", ""), "please"), Said(Prompt("answer", ""), "now")]));
        var e = Assert.Throws<GrimoireException>(() => Reward.Of("odd", (_, _) => double.NaN).Score([Said(Prompt("answer", ""), "please")]));
        Assert.Contains("the reward 'odd' is NaN for the answer \"please\"", e.Message, StringComparison.Ordinal);
    }

    private static PromptExample Prompt(string column, string value) => new(new Passage("?"), new JsonObject { [column] = value });

    private static Rollout Said(PromptExample prompt, string text) => new(prompt, [1], [2, 3], text, Ended: true, [0, 0], [0, 0]);
}
