using Grimoire.Training.Data;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Ppo;

public sealed class OveroptimizationTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Pairs_follow_the_known_reward_but_for_the_noise()
    {
        Rollout[] answers = [.. Enumerable.Range(0, 2000).Select(i => Answer($"question {i / 2}", i % 2 == 0 ? "good" : "bad"))];
        double[] gold = [.. Enumerable.Range(0, 2000).Select(i => i % 2 == 0 ? 1.0 : 0)];
        IReadOnlyList<PreferenceExample> pairs = NoisyPairs.Of(answers, gold, noise: 0.25, count: 900, seed: 3);
        Assert.Equal(900, pairs.Count);
        Assert.InRange(pairs.Count(pair => pair.Chosen.Text == "bad"), 180, 270);
        Assert.All(NoisyPairs.Of(answers, gold, noise: 0, 900, 3), pair => Assert.Equal("good", pair.Chosen.Text));

        NoisyPairs.Write(scratch["pairs.jsonl"], pairs);
        PreferenceExample[] read = [.. ExampleFiles.Read([scratch["pairs.jsonl"]], ExampleKinds.Preference).Examples.Cast<PreferenceExample>()];
        Assert.Equal(pairs.Select(p => (p.Prompt.Text, p.Chosen.Text, p.Rejected.Text)), read.Select(p => (p.Prompt.Text, p.Chosen.Text, p.Rejected.Text)));
    }

    [Fact]
    public void Answers_that_cannot_be_told_apart_make_no_pair()
    {
        Rollout[] answers = [Answer("a", "x"), Answer("a", "y"), Answer("b", "x"), Answer("b", "x"), Answer("c", " "), Answer("c", "x"), Answer("d", "x"), Answer("d", "y")];
        Assert.Equal("d", Assert.Single(NoisyPairs.Of(answers, [1, 1, 2, 1, 0, 1, 2, 3], 0, 10, 1)).Prompt.Text);
    }

    [Fact]
    public void The_start_is_the_origin_and_is_kept()
    {
        double[] proxy = [1, 2, 3, 4, 5, 6, 7, 8], gold = [1, 0, 0, 0, 1, 1, 0, 0];
        var start = StartRewards.Of(proxy, gold, perPrompt: 4);
        Assert.Equal([0, Math.Log(2) - 0.5, Math.Log(4) - 0.75], start.Best.Select(p => p.Kl));
        Assert.Equal((0, 0), (start.Standard(start.Best[0]).Proxy, start.Standard(start.Best[0]).Gold));
        // The best of all four: 4 and 8, of which gold thinks nothing.
        Assert.Equal((6, 0), (start.Best[^1].Proxy, start.Best[^1].Gold));
        start.Write(scratch["start.json"]);
        StartRewards read = StartRewards.Read(scratch["start.json"])!;
        Assert.Equal((start.Proxy, start.Gold), (read.Proxy, read.Gold));
        Assert.Equal(start.Best, read.Best);
        scratch.Write("start.json", "{");
        Assert.Null(StartRewards.Read(scratch["start.json"]));
    }

    [Fact]
    public void A_run_becomes_few_points_each_the_mean_of_some_rounds()
    {
        MetricRow Row(long step, double kl) => new(step, (Metric.Kl, kl), (Metric.Reward, 2 * kl), (Metric.GoldReward, -kl));
        MetricRow[] rows = [new(0, (Metric.Reward, 9)), .. Enumerable.Range(0, 128).Select(i => Row(i, i / 2))];
        IReadOnlyList<RewardPoint> points = RewardCurve.OfRun(rows);
        Assert.Equal(32, points.Count);
        Assert.Equal(new RewardPoint(0.5, 1, -0.5), points[0]);
        Plot plot = RewardCurve.Plot(StartRewards.Of([0, 1], [0, 1], 2), points);
        Assert.Equal(4, plot.Series.Count);
        Assert.Equal(Math.Sqrt(0.5), plot.Series[0].Points[0].X, 1e-12);
    }

    private static Rollout Answer(string prompt, string text) => new(new PromptExample(new Passage(prompt), []), [1], [2], text, true, [0], [0]);
}
