using System.Globalization;
using System.Numerics;
using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Runner;

/// <summary>What the command line asks for.</summary>
internal sealed record RunnerOptions
{
    private const string Whole = "a whole number from 1", Seeds = "a whole number from 0", Positive = "a number from 0";

    /// <summary>Answer this and end; null to take one line of input after the other.</summary>
    public string? Prompt { get; init; }

    public int MaxTokens { get; init; } = 1024;

    /// <summary>Null for what the model's makers say, else 0.7.</summary>
    public double? Temperature { get; init; }

    public ulong Seed { get; init; }

    public int? Threads { get; init; }

    public bool Help { get; init; }

    /// <summary>What computes; null for the processor's vector units.</summary>
    public Kernels? Kernels => Threads is { } threads ? Kernels.CreateSimd(threads) : null;

    /// <summary>What can be asked for.</summary>
    public static string HelpText(string program, string model) =>
        $"""
        {program} runs the model {model}, which lies beside it, and needs nothing else.

        Without options it takes line after line: a chat if the model has learnt one, else texts to continue.
        Ctrl-C ends an answer, an end of input (Ctrl-D) the program.

          --prompt TEXT        answer this alone; - reads it from standard input
          --temperature X      0 takes the likeliest token, 1 the model's own odds; default as its makers say, else 0.7
          --max-tokens N       the most tokens of an answer; default 1024
          --seed N             the same seed says the same; default 0
          --threads N          default one a core
          --help               this
        """;

    /// <summary>Reads a command line.</summary>
    /// <exception cref="GrimoireException">An option is unknown or its value no good.</exception>
    public static RunnerOptions Parse(IReadOnlyList<string> args)
    {
        RunnerOptions options = new();
        for (int i = 0; i < args.Count; i++)
        {
            string option = args[i];
            string Value() => ++i < args.Count ? args[i] : throw new GrimoireException($"{option} needs a value; see --help.");
            options = option switch
            {
                "--help" or "-h" => options with { Help = true },
                "--prompt" or "-p" => options with { Prompt = Value() },
                "--temperature" => options with { Temperature = Read<double>(option, Value(), value => value is >= 0 and <= 100, Positive) },
                "--max-tokens" => options with { MaxTokens = Read<int>(option, Value(), value => value > 0, Whole) },
                "--seed" => options with { Seed = Read<ulong>(option, Value(), _ => true, Seeds) },
                "--threads" => options with { Threads = Read<int>(option, Value(), value => value is > 0 and <= 1024, Whole) },
                _ => throw new GrimoireException($"there is no option {option}; see --help."),
            };
        }

        return options;
    }

    /// <summary>How answers are made.</summary>
    public GenerationOptions Generation(LanguageModel model)
    {
        SamplingOptions sampling = model.Defaults.Over(new SamplingOptions { Temperature = 0.7 });
        return new GenerationOptions { MaxTokens = MaxTokens, Sampling = sampling with { Temperature = Temperature ?? sampling.Temperature, Seed = Seed } };
    }

    private static T Read<T>(string option, string text, Func<T, bool> fits, string expected)
        where T : struct, INumberBase<T> =>
        T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T value) && fits(value)
            ? value : throw new GrimoireException($"{option} is \"{text}\"; it must be {expected}.");
}
