using System.Diagnostics;
using Grimoire.Evaluation.Likelihoods;
using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Benchmarks;

/// <summary>
/// Scoring continuations beside plain prefill of the same tokens: the same sequences, packed into passes of as many rows, with logits of each one's last row only, as
/// a prompt is read before an answer.
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
            var engine = new LikelihoodEngine(model, kernels) { Threads = threads };
            int tokens = requests.Sum(request => request.Context.Length + request.Continuation.Length - 1);
            Compare(what, tokens, () => Prefill(model, kernels, requests), () => engine.Score(requests));
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

    private static void Prefill(Transformer model, Kernels kernels, LikelihoodRequest[] requests)
    {
        var workspace = new Workspace(kernels);
        var batch = new Batch();
        Pass? pass = null;
        for (int at = 0; at < requests.Length;)
        {
            workspace.Reset();
            batch.Clear();
            for (int rows = 0; at < requests.Length && (rows == 0 || rows + Length(requests[at]) <= LikelihoodEngine.DefaultBatchTokens); rows += Length(requests[at]), at++)
                batch.Add([.. requests[at].Context, .. requests[at].Continuation[..^1]]);
            if (pass is null)
                pass = model.Begin(workspace, batch);
            else
                pass.Restart();
            _ = model.ForwardLast(pass);
        }

        static int Length(LikelihoodRequest request) => request.Context.Length + request.Continuation.Length - 1;
    }

    private static void Compare(string what, int tokens, Action prefill, Action score)
    {
        prefill();
        score();
        var ratios = new List<double>();
        var times = new List<(double Prefill, double Score)>();
        for (int round = 0; round < Rounds; round++)
        {
            (double first, double second) = (0, 0);
            if (round % 2 == 0)
                (first, second) = (Time(prefill), Time(score));
            else
                (second, first) = (Time(score), Time(prefill));
            times.Add((first, second));
            ratios.Add(first / second);
        }

        double plain = Measurement.Median([.. times.Select(time => time.Prefill)]), scored = Measurement.Median([.. times.Select(time => time.Score)]);
        Measurement.Print(
            $"{what} prefill {tokens / plain,9:F0} tokens/s, scoring {tokens / scored,9:F0} tokens/s: {100 * Measurement.Median(ratios):F0} % ({100 * ratios.Min():F0} to {100 * ratios.Max():F0})");
    }

    private static double Time(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
