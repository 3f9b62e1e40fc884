using System.Diagnostics;
using Grimoire.Cli.Bench;
using Grimoire.Evaluation.Likelihoods;
using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Benchmarks;

/// <summary>
/// Scoring continuations beside plain prefill of the same tokens: the same sequences, packed into passes of as many rows, with logits of each one's last row
/// only, as a prompt is read before an answer; and beside the same with logits of every row, which a text that is scored whole cannot do without.
/// </summary>
internal static class LikelihoodSpeed
{
    private const int Rounds = 9;

    /// <summary>Times both in turns on several kinds of requests and prints the ratio of tokens a second, pair by pair.</summary>
    /// <param name="path">The model.</param>
    /// <param name="threads">Threads.</param>
    public static void Report(string path, int threads)
    {
        Kernels kernels = Kernels.CreateSimd(threads);
        Transformer model = LanguageModel.Load(path).Transformer;
        int context = model.Config.Context;
        foreach ((string what, LikelihoodRequest[] requests) in new[]
        {
            ("four choices of 8 tokens after a context of 100 ", Requests(model, 64, 4, Math.Min(100, context - 8), 8)),
            ("the same, each with a context of its own        ", Requests(model, 256, 1, Math.Min(100, context - 8), 8)),
            ("whole sentences of 12 tokens                    ", Requests(model, 1024, 1, 1, 12)),
            ($"whole windows of {Math.Min(256, context),3} tokens                     ", Requests(model, 48, 1, 1, Math.Min(256, context))),
        })
        {
            var engine = new LikelihoodEngine(model, kernels);
            int tokens = requests.Sum(request => request.Context.Length + request.Continuation.Length - 1);
            Compare(what, tokens, () => Prefill(model, kernels, requests, model.ForwardLast), () => Prefill(model, kernels, requests, model.Forward),
                () => engine.Score(requests));
        }
    }

    private static LikelihoodRequest[] Requests(Transformer model, int questions, int choices, int before, int scored)
    {
        var random = new Random(1);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(model.Config.Vocabulary))];
        return [.. Enumerable.Range(0, questions).SelectMany(_ =>
        {
            int[] context = Ids(before);
            return Enumerable.Range(0, choices).Select(_ => new LikelihoodRequest(context, Ids(scored))).ToArray();
        })];
    }

    private static void Prefill(Transformer model, Kernels kernels, LikelihoodRequest[] requests, Func<Pass, Tensor> forward)
    {
        var workspace = new Workspace(kernels);
        var batch = new Batch();
        Pass? pass = null;
        for (int at = 0; at < requests.Length;)
        {
            workspace.Reset();
            batch.Clear();
            for (int rows = 0; at < requests.Length
                && (rows == 0 || rows + Length(requests[at]) <= LikelihoodEngine.DefaultBatchTokens); rows += Length(requests[at]), at++)
                batch.Add([.. requests[at].Context, .. requests[at].Continuation[..^1]]);
            if (pass is null)
                pass = model.Begin(workspace, batch);
            else
                pass.Restart();
            _ = forward(pass);
        }

        static int Length(LikelihoodRequest request) => request.Context.Length + request.Continuation.Length - 1;
    }

    private static void Compare(string what, int tokens, params Action[] ways)
    {
        foreach (Action way in ways)
            way();
        var times = new List<double[]>();
        for (int round = 0; round < Rounds; round++)
        {
            double[] seconds = new double[ways.Length];
            for (int i = 0; i < ways.Length; i++)
                seconds[(i + round) % ways.Length] = Time(ways[(i + round) % ways.Length]);
            times.Add(seconds);
        }

        FormattableString speeds = $"prefill {tokens / Seconds(0),8:F0} tokens/s, with all logits {tokens / Seconds(1),8:F0}";
        Measurement.Print($"{what} {FormattableString.Invariant(speeds)}, scoring {tokens / Seconds(2),8:F0}: {Ratio(0)}, {Ratio(1)} with all");

        double Seconds(int way) => Spread.Of([.. times.Select(time => time[way])]).Median;
        string Ratio(int way)
        {
            List<double> ratios = [.. times.Select(time => 100 * time[way] / time[2])];
            return FormattableString.Invariant($"{Spread.Of(ratios).Median:F0} % ({ratios.Min():F0} to {ratios.Max():F0})");
        }
    }

    private static double Time(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
