using System.Diagnostics;
using System.Globalization;
using Grimoire.Cli.Bench;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training;

namespace Grimoire.Benchmarks;

/// <summary>A whole training step of a GPT-2-shaped model: forward, backward, clipping and AdamW, on random tokens.</summary>
internal sealed class TrainingStep
{
    private const int Letters = 65;
    private readonly PassOptions options;
    private readonly Transformer model;
    private readonly Optimizer optimizer;
    private readonly Tape tape = new();
    private readonly Workspace workspace;
    private readonly Batch batch = new();
    private readonly int[] targets;
    private Pass? pass;

    public TrainingStep(int layers, int heads, int channels, int context, int sequences, int threads, int vocabulary = Letters, PassOptions options = default)
    {
        this.options = options;
        Kernels kernels = Kernels.CreateSimd(threads);
        ModelConfig config = Gpt2.Config(layers, heads, channels, context, vocabulary);
        model = new Transformer(config, Initialization.Random(config, seed: 1));
        model.SetTrainable(true);
        optimizer = new AdamW(model.Parameters, new AdamWOptions(), kernels);
        workspace = new Workspace(kernels, tape);
        targets = [.. Enumerable.Range(0, sequences * context).Select(i => (int)CountedRandom.Below(vocabulary, 1, (ulong)i))];
        for (int s = 0; s < sequences; s++)
            batch.Add(targets.AsSpan(s * context, context));
        Flops = 3 * config.ForwardOperations(context) * batch.Count;
    }

    public int Tokens => batch.Count;

    public double Flops { get; }

    public void Run()
    {
        workspace.Reset();
        if (pass is null)
            pass = model.Begin(workspace, batch, options);
        else
            pass.Restart();
        Tensor loss = LanguageModeling.Loss(model, pass, targets);
        tape.Backward(loss, 1f / targets.Length);
        optimizer.Step(1e-3f, Optimizer.ClipScale(optimizer.GradientNorm(), 1));
        optimizer.ZeroGradients();
    }

    /// <summary>
    /// Times this and a peer in turns and prints the ratio, pair by pair. The peer is a command line whose output holds its milliseconds a step as the first
    /// number after "ms".
    /// </summary>
    public void Against(string command, IReadOnlyList<string> arguments, int rounds)
    {
        const int Steps = 20;
        var ratios = new List<double>();
        for (int i = 0; i < 3; i++)
            Run();
        for (int round = 0; round < rounds; round++)
        {
            var milliseconds = new List<double>();
            for (int i = 0; i < Steps; i++)
            {
                long start = Stopwatch.GetTimestamp();
                Run();
                milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            double ours = Spread.Of(milliseconds).Median, theirs = Peer(command, arguments);
            ratios.Add(theirs / ours);
            Measurement.Print($"round {round + 1}: {ours,8:F2} ms a step ({Tokens / ours * 1000:F0} tokens/s), peer {theirs,8:F2} ms ({Tokens / theirs * 1000:F0} tokens/s): {theirs / ours:F2} times as fast; peak of both threads {MachineLimits.Scaling(2):F2} times one's");
        }

        Measurement.Print($"median of {rounds}: {Spread.Of(ratios).Median:F2} times the peer's speed");
    }

    private static double Peer(string command, IReadOnlyList<string> arguments)
    {
        using Process peer = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, UseShellExecute = false }) ?? throw new GrimoireException($"{command}: cannot be started.");
        string output = peer.StandardOutput.ReadToEnd();
        peer.WaitForExit();
        int at = output.LastIndexOf("ms ", StringComparison.Ordinal);
        string number = at < 0 ? "" : output[(at + 3)..].Split(' ', '\n')[0];
        return double.TryParse(number, CultureInfo.InvariantCulture, out double value) ? value : throw new GrimoireException($"{command}: printed no \"ms NUMBER\": {output}");
    }
}
