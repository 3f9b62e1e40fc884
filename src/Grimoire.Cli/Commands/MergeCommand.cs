using System.CommandLine;
using Grimoire.Models;
using Grimoire.Models.Adapters;
using Grimoire.Models.Formats;
using Grimoire.Tensors;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire merge</c>: adapters folded into the weights of their base.</summary>
internal static class MergeCommand
{
    private sealed record Choices
    {
        public IReadOnlyList<string> Adapters { get; init; } = [];

        public string? Type { get; init; }

        public bool Force { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("adapter", "an adapter's folder, or folder=strength; may be given several times", Texts("folders"),
                (Choices c) => c.Adapters, (c, v) => c with { Adapters = v }),
            Setting.Of("type", "how matrices are stored: F32, " + string.Join(", ", QuantizationMix.All.Select(mix => mix.Name)) + "; not given: each as it is",
                Text("a name").OrNone(), (Choices c) => c.Type, (c, v) => c with { Type = v }),
            Setting.Of("force", "replace what OUT holds", Flag, (Choices c) => c.Force, (c, v) => c with { Force = v }),
        ];
    }

    public static Verb Create()
    {
        var from = new Argument<string>("MODEL") { Description = "an adapter's folder or run, or with --adapter its base: a .gguf file or a model folder" };
        var to = new Argument<string>("OUT") { Description = "a name ending in .gguf, or a folder" };
        Options<Choices>? options = null;
        Verb verb = new("merge", "Fold adapters into the weights of the model they were trained on.", "grimoire merge runs/tuned merged/",
            "grimoire merge base.gguf merged.gguf --adapter style/ --adapter facts/=0.5")
        {
            Run = (parse, terminal) => Run(terminal, parse.GetRequiredValue(from), parse.GetRequiredValue(to), options!.Read(parse, new Choices())),
            Detail = "Weights that no adapter changes stay as they are. " +
                "Quantised ones that one does are encoded again, in their own type unless told otherwise.",
        };
        verb.Add(from);
        verb.Add(to);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        return verb;
    }

    private static int Run(Terminal terminal, string given, string to, Choices choices)
    {
        string from = ModelPath.Find(given);
        ModelPath.CheckOutput(from, to, "merged", choices.Force);
        LanguageModel? language = ModelFiles.HasTokenizer(from) ? LanguageModel.Load(from) : null;
        Transformer model = GivenAdapters.Attach(language?.Transformer ?? ModelFiles.Load(from), choices.Adapters);
        if (model.Adapters.Count == 0)
            throw new GrimoireException($"{given}: this is a whole model and there is no adapter to merge into it; give one with --adapter.");
        Waiting.While(terminal, "merging", tell => Write(terminal, model, language, from, to, choices.Type, tell));
        Report(terminal, model, to);
        return Tool.Success;
    }

    private static void Write(Terminal terminal, Transformer model, LanguageModel? language, string from, string to, string? type, Action<double> tell)
    {
        DType? plain = type?.ToUpperInvariant() switch
        {
            "F32" => DType.F32,
            "F16" => DType.F16,
            "BF16" => DType.BF16,
            _ => null,
        };
        if (type is null || plain is not null)
        {
            foreach (string note in ModelConversion.Write(model, language, from, to, plain))
                terminal.Complain(note);
            return;
        }

        var mix = QuantizationMix.Named(type);
        if (!GgufModel.IsGguf(to))
            throw new GrimoireException($"{to}: quantised weights are stored in GGUF files; give a name ending in .gguf, or --type F16.");
        ModelQuantization.Run(from, to, model, language, mix, importance: null, tell);
    }

    /// <summary>How far the weights moved, and whether storing them moved them back.</summary>
    private static void Report(Terminal terminal, Transformer model, string to)
    {
        AdapterMerge.Outcome outcome = AdapterMerge.Compare(model, ModelFiles.Load(to));
        IReadOnlyList<TensorEntry> written = ModelFiles.Entries(to);
        terminal.Line($"[bold]{to}[/]   {InfoCommand.Weights(written)}");
        Sheet.Facts(
            terminal,
            [
                .. model.Adapters.Select(adapter => ("merged", $"{adapter.Name}: {adapter.Summary}")),
                ("changed", $"{Numbers.Count(outcome.Layers)} layers, by {Share(outcome.Change)} of their weights' size"),
                ("rounding", $"moved them by {Share(outcome.Rounding)} more"),
            ]);
        if (outcome.Rounding > outcome.Change / 2)
        {
            terminal.Complain(
                $"Storing moved the weights by {Share(outcome.Rounding / outcome.Change)} of what the adapters did; " +
                "keep the adapter beside its base, or choose a finer --type.");
        }
    }

    private static string Share(double share) => $"{Numbers.Fixed(100 * share, share < 0.001 ? 5 : 2)} %";
}
