using System.CommandLine;
using System.Diagnostics;
using Grimoire.Models;
using Grimoire.Models.Formats;
using Grimoire.Tensors;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire quantize</c>: a model in fewer bits a weight, and what that costs.</summary>
internal static class QuantizeCommand
{
    private sealed record Choices
    {
        public string Type { get; init; } = "Q4_K_M";

        public string? Calibrate { get; init; }

        public string? Text { get; init; }

        public int Tokens { get; init; } = 4096;

        public bool AllowRequantize { get; init; }

        public bool Force { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("type", "how weights are stored: " + string.Join(", ", QuantizationMix.All.Select(mix => mix.Name)), Text("a name"),
                (Choices c) => c.Type, (c, v) => c with { Type = v }),
            Setting.Of("calibrate", "a text like those the model will see: errors are made where they matter least to it", Text("a path").OrNone(),
                (Choices c) => c.Calibrate, (c, v) => c with { Calibrate = v }),
            Setting.Of("text", "what perplexity is measured on; otherwise the last tenth of the calibration text, or a made-up world's stories",
                Text("a path").OrNone(), (Choices c) => c.Text, (c, v) => c with { Text = v }),
            Setting.Of("tokens", "the most tokens to measure perplexity on; 0 measures none", Count(0, 1 << 24),
                (Choices c) => c.Tokens, (c, v) => c with { Tokens = v }),
            Setting.Of("allow_requantize", "take a model that is quantised already, which loses twice", Flag,
                (Choices c) => c.AllowRequantize, (c, v) => c with { AllowRequantize = v }),
            Setting.Of("force", "replace OUT", Flag, (Choices c) => c.Force, (c, v) => c with { Force = v }),
        ];
    }

    public static Verb Create()
    {
        var from = new Argument<string>("MODEL") { Description = "a .gguf file, a model folder or a run folder" };
        var to = new Argument<string>("OUT") { Description = "a name ending in .gguf" };
        Options<Choices>? options = null;
        Verb verb = new("quantize", "Store a model in fewer bits a weight, and measure what that costs.", "grimoire quantize model/ small.gguf --type Q4_K_M",
            "grimoire quantize model.gguf small.gguf --type Q4_0 --calibrate my.txt")
        {
            Run = (parse, terminal) => Run(
                terminal, Device.Kernels(parse), parse.GetRequiredValue(from), parse.GetRequiredValue(to), options!.Read(parse, new Choices())),
            Detail = "Most matrices become the type, a few that matter more a better one, " +
                "vectors stay F32: the mixes that llama.cpp's users know by these names.",
        };
        verb.Add(from);
        verb.Add(to);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        return verb;
    }

    private static int Run(Terminal terminal, Kernels kernels, string given, string to, Choices choices)
    {
        var mix = QuantizationMix.Named(choices.Type);
        string from = ModelPath.Find(given);
        CheckOutput(from, to, choices.Force);
        LanguageModel? language = ModelFiles.HasTokenizer(from) ? LanguageModel.Load(from) : null;
        Transformer model = language?.Transformer ?? ModelFiles.Load(from);
        CheckPrecision(model, from, mix, choices.AllowRequantize);
        var texts = QuantizationTexts.Read(language, choices.Calibrate, choices.Text, choices.Tokens);
        Importance? importance = texts.Calibration is { } tokens
            ? Waiting.While(terminal, "reading the calibration text", () => Importance.Of(model, tokens, kernels, terminal.Stop))
            : null;
        double? before = Perplexity(terminal, model, kernels, texts);
        long start = Stopwatch.GetTimestamp();
        Waiting.While(terminal, "quantising", tell => ModelQuantization.Run(from, to, model, language, mix, importance, tell));
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        double? after = before is null ? null : Perplexity(terminal, ModelFiles.Load(to), kernels, texts);
        Report(terminal, from, to, mix, time, Cost(before, after, texts));
        return Tool.Success;
    }

    private static void CheckOutput(string from, string to, bool force)
    {
        if (!to.EndsWith(GgufModel.Extension, StringComparison.OrdinalIgnoreCase) || Directory.Exists(to))
            throw new GrimoireException($"{to}: quantised weights are stored in GGUF files; give a name ending in .gguf.");
        ModelPath.CheckOutput(from, to, "quantised", force);
    }

    private static void CheckPrecision(Transformer model, string from, QuantizationMix mix, bool allowed)
    {
        if (!allowed && model.Parameters.FirstOrDefault(parameter => parameter.Tensor.DType.IsQuantized()) is { Name: not null } quantized)
        {
            throw new GrimoireException(
                $"{from}: {quantized.Name} is {quantized.Tensor.DType} already, and {mix.Name} of that is worse than {mix.Name} of the original; " +
                "quantise the original, or insist with --allow-requantize.");
        }
    }

    private static double? Perplexity(Terminal terminal, Transformer model, Kernels kernels, QuantizationTexts texts) =>
        texts.Measured is { Length: > 1 } tokens
        ? Waiting.While(terminal, "measuring perplexity", () => Math.Exp(-new Scorer(model, kernels).Score(tokens).Average(score => score.LogProbability)))
        : null;

    private static IEnumerable<(string, string)> Cost(double? before, double? after, QuantizationTexts texts)
    {
        if (texts.Calibration is { } calibration)
            yield return ("calibrated on", $"{Numbers.Count(calibration.Length)} tokens of {texts.CalibrationName}");
        yield return before is { } b && after is { } a
            ? ("perplexity", $"{Numbers.Fixed(b, 3)} → {Numbers.Fixed(a, 3)} ({(a < b ? "−" : "+")}{Numbers.Fixed(100 * Math.Abs(a - b) / b, 2)} %) " +
                $"on {Numbers.Count(texts.Measured!.Length - 1)} tokens of {texts.MeasuredName}")
            : ("perplexity", $"not measured, as {texts.WhyNot}");
    }

    private static void Report(Terminal terminal, string from, string to, QuantizationMix mix, TimeSpan time, IEnumerable<(string, string)> cost)
    {
        IReadOnlyList<TensorEntry> old = ModelFiles.Entries(from), written = ModelFiles.Entries(to);
        double before = old.Sum(entry => entry.Bytes), after = written.Sum(entry => entry.Bytes);
        terminal.Line($"[bold]{to}[/]   {mix.Name}");
        Sheet.Rows(terminal, ["Type", ">Tensors", ">Weights", ">Bytes"], written.GroupBy(entry => entry.Type)
            .OrderByDescending(group => group.Sum(entry => entry.Bytes))
            .Select(group => (IReadOnlyList<string>)
                [group.Key, Numbers.Count(group.Count()), Numbers.Count(group.Sum(entry => entry.Count)), Numbers.Count(group.Sum(entry => entry.Bytes))]));
        double bits = 8 * after / written.Sum(entry => entry.Count);
        Sheet.Facts(
            terminal,
            [
                ("size", $"{Numbers.Bytes(before)} → {Numbers.Bytes(after)}, {Numbers.Fixed(bits, 2)} bits a weight"),
                ("time", Numbers.Duration(time.TotalSeconds)),
                .. cost,
            ]);
    }
}
