using System.CommandLine;
using System.Diagnostics;
using Grimoire.Models;
using Grimoire.Models.Formats;
using Grimoire.Tensors;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire convert</c>: a model from one kind of files into the other.</summary>
internal static class ConvertCommand
{
    /// <summary>Endings of other formats; a folder may be called anything else.</summary>
    private static readonly string[] Foreign =
        [".safetensors", ".bin", ".pt", ".pth", ".ggml", ".onnx", ".json", ".zip", ".tar", ".gz", ".h5", ".msgpack", ".mlmodel", ".npz"];

    private sealed record Choices
    {
        public DType? Type { get; init; }

        public bool Force { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("type", "how matrices are stored; not given: as they are", Choice(("F32", DType.F32), ("F16", DType.F16), ("BF16", DType.BF16)).OrNone(),
                (Choices c) => c.Type, (c, v) => c with { Type = v }),
            Setting.Of("force", "replace what OUT holds", Flag, (Choices c) => c.Force, (c, v) => c with { Force = v }),
        ];
    }

    public static Verb Create()
    {
        var from = new Argument<string>("IN") { Description = "a .gguf file, a model folder or a run folder" };
        var to = new Argument<string>("OUT") { Description = "a name ending in .gguf, or a folder" };
        Options<Choices>? options = null;
        Verb verb = new("convert", "Turn a Hugging Face folder into a GGUF file, or back.", "grimoire convert runs/quickstart model.gguf --type F16",
            "grimoire convert model.gguf model/")
        {
            Run = (parse, terminal) => Run(terminal, parse.GetRequiredValue(from), parse.GetRequiredValue(to), options!.Read(parse, new Choices())),
            Detail = "Tokenizer, chat template, name and license come along. Quantised weights become floats in a folder and stay as they are in a file.",
        };
        verb.Add(from);
        verb.Add(to);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        return verb;
    }

    private static int Run(Terminal terminal, string from, string to, Choices choices)
    {
        from = ModelPath.Find(from);
        Check(from, to, choices.Force);
        var watch = Stopwatch.StartNew();
        foreach (string note in ModelConversion.Run(from, to, choices.Type))
            terminal.Complain(note);
        IReadOnlyList<TensorEntry> written = ModelFiles.Entries(to);
        terminal.Line($"[bold]{to}[/]   {InfoCommand.Weights(written)}, in {Numbers.Fixed(watch.Elapsed.TotalSeconds, 1)} s");
        return Tool.Success;
    }

    private static void Check(string from, string to, bool force)
    {
        if (Foreign.FirstOrDefault(ending => to.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) is { } foreign && !Directory.Exists(to))
            throw new GrimoireException($"{to}: {foreign} files are not written; give a name ending in .gguf, or a folder.");
        if (File.Exists(to) && !GgufModel.IsGguf(to))
            throw new GrimoireException($"{to}: this is a file; give a name ending in .gguf, or a folder.");
        ModelPath.CheckOutput(from, to, "converted", force);
    }
}
