using System.Diagnostics;
using System.Globalization;
using Grimoire.Models;
using Grimoire.Models.Adapters;
using Grimoire.Tensors;

namespace Grimoire.Benchmarks;

/// <summary>What an adapter costs while a model writes: the time of a decoded token beside the base's.</summary>
internal static class AdapterCost
{
    private const int Rounds = 12, TokensARound = 16;

    private static readonly ModelConfig Config = Llama.Config(
        layers: 12, heads: 9, channels: 576, context: 512, vocabulary: 8192, feedForward: 1536, keyValueHeads: 3, tied: true);

    private static readonly (string Name, AdapterConfig? Adapter)[] Adapters =
    [
        ("base", null),
        ("lora, rank 8", new AdapterConfig { Rank = 8 }),
        ("lora, rank 32", new AdapterConfig { Rank = 32 }),
        ("lora, rank 8, q and v", new AdapterConfig { Rank = 8, Targets = ["q", "v"] }),
        ("dora, rank 8", new AdapterConfig { Rank = 8, Dora = true }),
        ("ia3", new AdapterConfig { Kind = AdapterKind.Ia3 }),
        ("prefix, 16 tokens", new AdapterConfig { Kind = AdapterKind.Prefix }),
    ];

    public static void Report(int threads)
    {
        Kernels kernels = Kernels.CreateSimd(threads);
        foreach (DType type in (DType[])[DType.F32, DType.Q4_0])
            Decode(kernels, type);
    }

    /// <summary>The best of some rounds, taken in turns, so that a noisy machine is noisy for all.</summary>
    private static void Decode(Kernels kernels, DType type)
    {
        Transformer[] models = [.. Adapters.Select(choice => Model(type, choice.Adapter))];
        DecodingLoop[] loops = [.. models.Select(model => new DecodingLoop(model, kernels))];
        foreach (DecodingLoop loop in loops)
        {
            loop.Start([1, 2, 3, 4], new GenerationOptions { MaxTokens = 500, Sampling = SamplingOptions.Greedy });
            loop.Step();
        }

        double[] best = [.. Enumerable.Repeat(double.MaxValue, loops.Length)];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < loops.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int token = 0; token < TokensARound; token++)
                    loops[i].Step();
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(start).TotalMilliseconds / TokensARound);
            }
        }

        for (int i = 0; i < best.Length; i++)
            Line($"{type,-5} {Adapters[i].Name,-22} {best[i],8:F3} ms a token  {100 * ((best[i] / best[0]) - 1),+7:F1} %");
    }

    private static Transformer Model(DType type, AdapterConfig? config)
    {
        ParameterSource born = Initialization.Random(Config, seed: 1);
        var model = new Transformer(
            Config, (name, shape) => type.IsQuantized() && shape.Rank == 2 ? Quantization.Quantize(born(name, shape), type) : born(name, shape));
        if (config is not null)
            model.Attach(Adapter.Create(model, config, seed: 1));
        return model;
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
