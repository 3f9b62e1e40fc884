using System.Diagnostics;
using Grimoire.Cli.Bench;
using Grimoire.Models;
using Grimoire.Models.Adapters;
using Grimoire.Tensors;
using Grimoire.Training;

namespace Grimoire.Benchmarks;

/// <summary>
/// Fine-tuning steps of one model shape in every way it can be fine-tuned: whole, or by LoRA on float and on quantised weights. Timed in turns, so that
/// whatever else the machine does falls on all alike.
/// </summary>
internal static class FinetuneSpeed
{
    private const int Layers = 6, Heads = 8, Channels = 512, FeedForward = 1536, Vocabulary = 4096, Length = 128, Sequences = 4, Rank = 16, Rounds = 5;

    private static readonly ModelConfig Shape = Llama.Config(Layers, Heads, Channels, context: 256, Vocabulary, FeedForward);

    /// <summary>Prints tokens a second and memory of each way, medians of all rounds.</summary>
    public static void Report(int threads)
    {
        Kernels kernels = Kernels.CreateSimd(threads);
        Step[] steps =
        [
            new("whole model", kernels, DType.F32, lora: false),
            new("LoRA on F32", kernels, DType.F32, lora: true), new("LoRA on BF16", kernels, DType.BF16, lora: true),
            new("LoRA on Q8_0", kernels, DType.Q8_0, lora: true), new("LoRA on Q4_K", kernels, DType.Q4_K, lora: true), new("LoRA on Q4_0", kernels, DType.Q4_0, lora: true),
        ];
        var seconds = steps.Select(_ => new List<double>()).ToArray();
        foreach (Step step in steps)
            step.Run();
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < steps.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                steps[i].Run();
                seconds[i].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        Measurement.Print($"{Layers} layers of {Channels}, {Shape.ParameterCount / 1e6:F1} M parameters; {Sequences} × {Length} tokens a step, all trained");
        Measurement.Print($"LoRA of rank {Rank} on all linear layers; {threads} threads; memory in MiB");
        Measurement.Print($"{"",-14} {"trained",10} {"tokens/s",9} {"weights",9} {"gradients",9} {"optimizer",9} {"activations",11} {"all",9}");
        for (int i = 0; i < steps.Length; i++)
            steps[i].Print(Spread.Of(seconds[i]).Median);
    }

    /// <summary>One way of fine-tuning.</summary>
    private sealed class Step
    {
        private readonly string name;
        private readonly Transformer model;
        private readonly Optimizer optimizer;
        private readonly Parameter[] trained;
        private readonly Tape tape = new();
        private readonly Workspace workspace;
        private readonly Batch batch = new();
        private readonly int[] targets;

        public Step(string name, Kernels kernels, DType type, bool lora)
        {
            this.name = name;
            ParameterSource random = Initialization.Random(Shape, seed: 1);
            model = new Transformer(Shape, (parameter, shape) => Stored(parameter, random(parameter, shape), type, kernels));
            if (lora)
                model.Attach(Adapter.Create(model, new AdapterConfig { Kind = AdapterKind.Lora, Rank = Rank, Alpha = 2 * Rank, Targets = ["all-linear"] }, seed: 1));
            else
                model.SetTrainable(true);
            trained = [.. model.Parameters.Concat(model.Adapters.SelectMany(adapter => adapter.Parameters)).Where(p => p.Tensor.RequiresGrad)];
            optimizer = new AdamW(trained, new AdamWOptions(), kernels);
            workspace = new Workspace(kernels, tape);
            int[] tokens = [.. Enumerable.Range(0, (Sequences * Length) + 1).Select(i => (int)CountedRandom.Below(Vocabulary, 1, (ulong)i))];
            targets = tokens[1..];
            for (int s = 0; s < Sequences; s++)
                batch.Add(tokens.AsSpan(s * Length, Length));
        }

        public void Run()
        {
            workspace.Reset();
            Tensor loss = LanguageModeling.Loss(model, model.Begin(workspace, batch), targets);
            tape.Backward(loss, 1f / targets.Length);
            optimizer.Step(1e-4f, Optimizer.ClipScale(optimizer.GradientNorm(), 1));
            optimizer.ZeroGradients();
        }

        public void Print(double seconds)
        {
            double weights = Bytes(model.Parameters) + (model.Adapters.Count > 0 ? Bytes(trained) : 0);
            double gradients = Bytes(trained), memory = Bytes(optimizer.State);
            double all = weights + gradients + memory + workspace.Capacity;
            long count = trained.Sum(p => (long)p.Tensor.Shape.Count);
            string state = FormattableString.Invariant($"{MiB(weights),9:F1} {MiB(gradients),9:F1} {MiB(memory),9:F1}");
            Measurement.Print($"{name,-14} {count,10:N0} {targets.Length / seconds,9:F0} {state} {MiB(workspace.Capacity),11:F1} {MiB(all),9:F1}");
        }

        /// <summary>Matrices of the blocks in the type asked for; the embedding and the norms in F32.</summary>
        private static Tensor Stored(string name, Tensor values, DType type, Kernels kernels)
        {
            if (type == DType.F32 || values.Shape.Rank != 2 || !name.StartsWith("blocks.", StringComparison.Ordinal))
                return values;
            Tensor stored = Tensor.Zeros(values.Shape, type);
            kernels.Copy(values, stored);
            return stored;
        }

        private static double Bytes(IEnumerable<Parameter> parameters) => parameters.Sum(p => (double)p.Tensor.DType.Bytes(p.Tensor.Shape.Count));

        private static double MiB(double bytes) => bytes / (1 << 20);
    }
}
