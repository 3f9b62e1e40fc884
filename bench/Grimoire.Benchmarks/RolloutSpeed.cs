using System.Diagnostics;
using Grimoire.Cli.Bench;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Worlds;

namespace Grimoire.Benchmarks;

/// <summary>Roll-outs beside <c>generate</c>: the same prompts, each as often, in the same batch, to the same length.</summary>
internal static class RolloutSpeed
{
    private const int Prompts = 16, Tokens = 64, Rounds = 7;

    /// <summary>Times both in turns, at several sizes of a group, and prints the ratio, pair by pair.</summary>
    /// <param name="path">The model.</param>
    /// <param name="threads">Threads.</param>
    public static void Report(string path, int threads)
    {
        Kernels kernels = Kernels.CreateSimd(threads);
        LanguageModel model = LanguageModel.Load(path);
        var encoder = new ExampleEncoder(model.Tokenizer, ChatFormat.Of(model), model.Config.Context);
        int[][] prompts = [.. new World(1).Sums(Split.Test).Take(Prompts).Select(sum => encoder.EncodePrompt(new PromptExample(new Passage(sum.Prompt), [])))];
        Generator generator = model.Generator(kernels);
        foreach (int group in (int[])[1, 4, 8])
        {
            int[][] repeated = [.. prompts.SelectMany(prompt => Enumerable.Repeat(prompt, group))];
            var sampler = new AnswerSampler(model.Transformer, kernels, repeated.Length);
            Compare(
                group,
                () => generator.GenerateAll(repeated, new GenerationOptions { MaxTokens = Tokens, IgnoreEndOfText = true }).Sum(text => text.Tokens.Count),
                () => sampler.Sample(prompts, group, new GenerationOptions { MaxTokens = Tokens }, seed: 0).Sum(answer => answer.Ids.Length));
        }
    }

    private static void Compare(int group, Func<int> generate, Func<int> rollOut)
    {
        var ratios = new List<double>();
        var times = new List<(double Generate, double RollOut)>();
        generate();
        rollOut();
        for (int round = 0; round < Rounds; round++)
        {
            (double first, double second) = round % 2 == 0 ? (Time(generate), Time(rollOut)) : Swap(Time(rollOut), Time(generate));
            times.Add((first, second));
            ratios.Add(second / first);
        }

        double plain = Spread.Of([.. times.Select(t => t.Generate)]).Median, rolled = Spread.Of([.. times.Select(t => t.RollOut)]).Median;
        Measurement.Print($"{Prompts} prompts × {group}: generate {plain * 1e6,7:F1} µs a token, roll-outs {rolled * 1e6,7:F1} µs: {Spread.Of(ratios).Median:F3} times as long ({ratios.Min():F3} to {ratios.Max():F3})");

        static (double, double) Swap(double a, double b) => (b, a);
    }

    /// <summary>Seconds a token.</summary>
    private static double Time(Func<int> run)
    {
        long start = Stopwatch.GetTimestamp();
        int tokens = run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / tokens;
    }
}
