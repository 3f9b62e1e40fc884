using System.CommandLine;
using System.Globalization;
using Grimoire.Evaluation.Tagging;
using Grimoire.Models;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire info</c>: what a folder or file is.</summary>
internal static class InfoCommand
{
    private const int LongestText = 160;

    private sealed record Choices
    {
        public bool Tensors { get; init; }

        public bool Machine { get; init; }

        public bool Limits { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("tensors", "list every tensor", Flag, (Choices c) => c.Tensors, (c, v) => c with { Tensors = v }),
            Setting.Of("machine", "what this machine computes with", Flag, (Choices c) => c.Machine, (c, v) => c with { Machine = v }),
            Setting.Of("limits", "with --machine: measure what it can do at most", Flag, (Choices c) => c.Limits, (c, v) => c with { Limits = v }),
        ];
    }

    public static Verb Create()
    {
        var path = new Argument<string?>("PATH")
        {
            Description = "a model or run folder, a .gguf or .safetensors file, or a tokenizer",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Options<Choices>? options = null;
        Verb verb = new("info", "Tell what a model, run, file or tokenizer is.", "grimoire info runs/quickstart", "grimoire info model.gguf --tensors",
            "grimoire info --machine --limits")
        {
            Run = (parse, terminal) =>
            {
                Choices choices = options!.Read(parse, new Choices());
                bool machine = choices.Machine || choices.Limits;
                if (machine && parse.GetValue(path) is not null)
                    throw new UsageException("grimoire info tells of PATH or of the machine; leave PATH out, or --machine and --limits.");
                if (machine)
                    MachineFacts.Show(terminal, Device.Kernels(parse), choices.Limits);
                else if (parse.GetValue(path) is { } given)
                    Describe(terminal, given, choices);
                else
                    throw new UsageException("grimoire info needs PATH or --machine; see grimoire info --help.");
                return Tool.Success;
            },
        };
        verb.Add(path);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        return verb;
    }

    private static void Describe(Terminal terminal, string path, Choices choices)
    {
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            File(terminal, SafetensorsFile.Open(path), choices);
        else if (GgufModel.IsGguf(path))
            Gguf(terminal, GgufFile.Open(path), choices);
        else if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || IsTokenizerOnly(path))
            Sheet.Facts(terminal, TokenizerFacts(Tokenizer.Load(path)));
        else
            Model(terminal, path, choices);
    }

    private static bool IsTokenizerOnly(string path) =>
        !ModelPath.HasModel(path) && !Run.Exists(path) && (
            System.IO.File.Exists(Path.Combine(path, "tokenizer.json")) || System.IO.File.Exists(Path.Combine(path, "vocab.json")));

    private static void Model(Terminal terminal, string path, Choices choices)
    {
        string folder = ModelPath.Find(path);
        if (WordTagger.Exists(folder))
        {
            WordTaggerFacts(terminal, path, WordTagger.Load(folder));
            return;
        }

        ModelDescription model = ModelDescription.Read(folder);
        terminal.Line($"[bold]{path}[/]   {(folder == path ? "model" : "run, whose model lies in " + folder)}");
        Sheet.Facts(terminal, [.. Architecture(model), .. Labels(folder), .. Adapters(model), ("weights", Weights(model.Tensors)), .. Memory(model),
            .. TokenizerFacts(model.Tokenizer)]);
        if (choices.Tensors)
            Tensors(terminal, model.Tensors);
    }

    private static void WordTaggerFacts(Terminal terminal, string path, WordTagger tagger)
    {
        terminal.Line($"[bold]{path}[/]   tagger");
        Sheet.Facts(terminal,
        [
            ("reads", tagger.Family), ("parameters", Numbers.Count(tagger.AllParameters.Sum(parameter => (long)parameter.Tensor.Shape.Count))),
            ("vocabulary", $"{Numbers.Count(tagger.Vocabulary.Words.Count)} words, {Numbers.Count(tagger.Vocabulary.Characters.Count)} characters"),
            ("labels", string.Join(' ', tagger.Tags.Labels)), ("scheme", tagger.Tags.Scheme?.Name ?? "none: labels of single words"),
            ("transitions", tagger.Transitions is null ? "none" : "between labels"),
        ]);
    }

    private static IEnumerable<(string, string)> Labels(string folder) =>
        TokenClassifier.Exists(folder) ? [("tagger", "its head labels words: " + string.Join(' ', TokenClassifier.Load(folder).Labels))] : [];

    private static IEnumerable<(string, string)> Architecture(ModelDescription model)
    {
        ModelConfig config = model.Config;
        string shared = config.KeyValueHeads == config.Heads ? "" : $", {config.KeyValueHeads} for keys and values";
        string experts = config.Experts > 0 ? $", {config.Experts} experts, {config.ExpertsPerToken} a token" : "";
        int windowed = Enumerable.Range(0, config.Layers).Count(config.IsWindowed);
        string window = windowed == 0 ? "" : $", window {config.Window}{(windowed < config.Layers ? $" in {windowed} layers" : "")}";
        string ends = config.IsTrunk ? ", a reward model or a tagger without logits"
            : !config.Head ? ", an encoder without logits"
            : config.TiedEmbeddings ? ", embedding and unembedding tied" : "";
        return
        [
            ("family", $"{model.Family.Name} ({model.Family.Architecture})"),
            ("parameters", $"{Numbers.Count(model.Parameters)} ({Numbers.Short(model.Parameters)})"),
            ("layers", Whole(config.Layers)),
            ("heads", $"{config.Heads} of {config.HeadDim} channels{shared}"),
            ("channels", $"{config.Channels}, feed-forward {config.FeedForward}{(config.Gated ? " gated" : "")}{experts}"),
            ("context", $"{Numbers.Count(config.Context)} tokens{window}"),
            ("vocabulary", $"{Numbers.Count(config.Vocabulary)}{ends}"),
            ("work", $"{Numbers.Short(config.ForwardOperations(config.Context))} operations a token"),
        ];
    }

    private static IEnumerable<(string, string)> Adapters(ModelDescription model) =>
        model.Adapters.Select(adapter => ("adapter", $"{adapter.Name}: {adapter.Summary}, {Numbers.Count(adapter.ParameterCount)} numbers"));

    private static IEnumerable<(string, string)> Memory(ModelDescription model) =>
    [
        ("to run it", $"{Numbers.Bytes(model.StoredBytes)} of weights, {Numbers.Bytes(model.CacheBytes(model.Config.Context))} of cache for a full context"),
        ("to train it", $"{Numbers.Bytes(model.TrainingBytes)} of weights, gradients and optimizer"),
    ];

    /// <summary>How many tensors there are, and how many bytes of which types.</summary>
    public static string Weights(IReadOnlyList<TensorEntry> entries)
    {
        string types = string.Join(", ", entries.GroupBy(entry => entry.Type).Select(g => $"{g.Key} {Numbers.Bytes(g.Sum(entry => entry.Bytes))}"));
        return $"{entries.Count} tensors, {types}";
    }

    /// <summary>What the file says is told even if the model cannot be run.</summary>
    private static void Gguf(Terminal terminal, GgufFile file, Choices choices)
    {
        terminal.Line($"[bold]{file.Path}[/]   GGUF version {file.Version}");
        IReadOnlyList<TensorEntry> tensors = file.Entries;
        try
        {
            ModelDescription model = ModelDescription.Read(file.Path);
            tensors = model.Tensors;
            Sheet.Facts(terminal, [.. Architecture(model), ("weights", Weights(tensors)), .. Memory(model), .. TokenizerFacts(model.Tokenizer)]);
        }
        catch (GrimoireException e)
        {
            Sheet.Facts(terminal, ("weights", Weights(tensors)), ("cannot be run", e.Message));
        }

        terminal.Line();
        Sheet.Facts(terminal, file.Metadata.Pairs.Select(pair =>
            (Sentences.OneLine(pair.Key, LongestText), Sentences.OneLine(pair.Value.ToString(), LongestText))));
        if (choices.Tensors)
            Tensors(terminal, tensors);
    }

    private static void File(Terminal terminal, SafetensorsFile file, Choices choices)
    {
        terminal.Line($"[bold]{file.Path}[/]   safetensors");
        Sheet.Facts(terminal, [("weights", Weights(file.Entries)), ("elements", Numbers.Count(file.Entries.Sum(entry => entry.Count))),
            .. file.Metadata.Select(pair => (pair.Key, pair.Value))]);
        if (choices.Tensors)
            Tensors(terminal, file.Entries);
    }

    private static void Tensors(Terminal terminal, IEnumerable<TensorEntry> entries)
    {
        terminal.Line();
        Sheet.Rows(terminal, ["Tensor", "Type", "Shape", ">Elements", ">Bytes"], entries.Select(entry => (IReadOnlyList<string>)
            [entry.Name, entry.Type, $"[{string.Join(", ", entry.Shape)}]", Numbers.Count(entry.Count), Numbers.Count(entry.Bytes)]));
    }

    private static IReadOnlyList<(string, string)> TokenizerFacts(Tokenizer? tokenizer)
    {
        if (tokenizer is null)
            return [("tokenizer", "none")];
        string Name(int? id) => id is { } value ? $"{value} {tokenizer.Piece(value)}" : "none";
        return
        [
            ("tokenizer", $"{Numbers.Count(tokenizer.VocabularySize)} ids, {tokenizer.AddedTokens.Count(token => token.Special)} special"),
            ("begins a text", Name(tokenizer.BeginOfText)),
            ("ends a text", Name(tokenizer.EndOfText)),
        ];
    }

    private static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);
}
