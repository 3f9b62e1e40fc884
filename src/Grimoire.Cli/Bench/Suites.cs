using System.Globalization;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Bench;

/// <summary>The benchmarks that were asked for, each subject made when its turn comes: one model at a time is in memory.</summary>
/// <param name="settings">What was asked for.</param>
/// <param name="paths">Models, and vocabularies without one; none for a small model that is made here.</param>
/// <param name="opening">How models are opened, and what computes.</param>
internal sealed class Suites(BenchSettings settings, IReadOnlyList<string> paths, Opening opening)
{
    private readonly IReadOnlyList<Suite> suites = settings.Suites;
    private readonly IReadOnlyList<int> prompts = settings.Prompts, contexts = settings.Contexts;
    private readonly IReadOnlyList<TrainingShape> shapes = settings.Shapes;
    private readonly Kernels kernels = opening.Kernels;
    private IReadOnlyList<string>? texts;

    /// <summary>All subjects, by name.</summary>
    /// <exception cref="GrimoireException">A model is not there: told before anything is measured.</exception>
    public IReadOnlyList<(string Name, Func<Subject> Make)> All()
    {
        foreach (string path in paths.Where(path => !IsTokenizer(path)))
            _ = ModelPath.Find(path);
        var all = new List<(string, Func<Subject>)>();
        if (suites.Contains(Suite.Gemm))
            all.AddRange(Products.Subjects(kernels, opening.Packs).Select(make => ("products", make)));
        foreach (string path in paths)
            all.Add((ModelPath.NameOf(path), () => IsTokenizer(path) ? Vocabulary(path) : Model(() => Open(path))));
        if (paths.Count == 0 && suites.Any(IsOfModel))
            all.Add(("a small model", () => Model(Small)));
        if (suites.Contains(Suite.Train))
            all.AddRange(shapes.Select(shape => ("training", (Func<Subject>)(() => Training(shape)))));
        foreach (string path in suites.Contains(Suite.Context) ? paths.Where(path => !IsTokenizer(path)) : [])
            all.Add(($"{ModelPath.NameOf(path)}, long context", () => Contexts(Open(path))));
        if (suites.Contains(Suite.Context) && paths.Count == 0)
            all.Add(("a small model, long context", () => Contexts(Small())));
        return all;
    }

    private static bool IsOfModel(Suite suite) => suite is not (Suite.Gemm or Suite.Train or Suite.Context);

    /// <summary>A vocabulary's folder without a model, or a file that looks like one.</summary>
    private static bool IsTokenizer(string path) => !ModelPath.HasModel(path)
        && (Directory.Exists(path) ? !Run.Exists(path) && ModelFiles.HasTokenizer(path) : Path.GetExtension(path) is ".json" or ".model" or ".tiktoken");

    private BenchModel Open(string path) => BenchModel.Open(path, opening, settings.CacheType);

    private BenchModel Small() => BenchModel.Random(opening, settings.CacheType);

    private Subject Model(Func<BenchModel> open)
    {
        BenchModel model = open();
        var benchmarks = new List<Benchmark>();
        if (suites.Contains(Suite.Prefill))
            benchmarks.AddRange(prompts.Where(length => length < model.Transformer.Config.Context).Select(length => Prefill(model, length)));
        if (suites.Contains(Suite.Decode))
            benchmarks.AddRange(Decode(model));
        if (suites.Contains(Suite.Batch))
            benchmarks.AddRange(Batch(model));
        if (suites.Contains(Suite.Tokenizer))
            benchmarks.Add(Encoding(model.Tokenizer ?? EncodingSpeed.Raise(Texts())));
        if (suites.Contains(Suite.Start) && model.Path is { } path)
            benchmarks.AddRange(StartSpeed.Benchmarks(path, opening));
        if (benchmarks.Count == 0 && suites.Contains(Suite.Prefill))
            throw new GrimoireException($"{model.Name} reads {Whole(model.Transformer.Config.Context)} tokens at most: " +
                "no length of --prompt leaves room for an answer; choose shorter ones.");
        return new Subject(model.Name, benchmarks) { Words = Words(("model", model.Path ?? "")) };
    }

    private Subject Vocabulary(string path) =>
        new(ModelPath.NameOf(path), suites.Contains(Suite.Tokenizer) ? [Encoding(Tokenizer.Load(path))] : []);

    private Subject Training(TrainingShape shape)
    {
        var step = new TrainingSpeed(shape, kernels);
        var benchmark = new Benchmark("training step", "tokens/s", kernels.Threads, step.TokensPerSecond) { Work = step.Work, Key = new PeerKey(Trains: true) };
        return new Subject($"training {shape}", [benchmark]) { Words = Words(("shape", shape.Words)) };
    }

    private Subject Contexts(BenchModel model)
    {
        int most = model.Transformer.Config.Context - LongContext.Written - 1;
        int[] lengths = [.. contexts.Select(length => Math.Min(length, most)).Distinct()];
        return new Subject($"{model.Name}, long context", [.. new LongContext(model, lengths).Benchmarks()]) { MostRounds = 1 };
    }

    private Benchmark Prefill(BenchModel model, int length)
    {
        var prompt = new PrefillSpeed(model, length);
        return new($"prefill {Whole(length)}", "tokens/s", kernels.Threads, prompt.TokensPerSecond)
        {
            Work = model.Work.Prefill(length),
            Key = new PeerKey(Prompt: length),
        };
    }

    private IEnumerable<Benchmark> Decode(BenchModel model)
    {
        int tokens = DecodingSpeed.Fitting(model, settings.Decode);
        var one = new DecodingSpeed(model, 1, tokens);
        yield return new($"decode {Whole(tokens)}", "tokens/s", kernels.Threads, one.TokensPerSecond)
        {
            Work = model.Work.Decode(1, tokens / 2),
            Key = new PeerKey(Decodes: true),
        };
        yield return new("managed memory a token", "bytes", kernels.Threads, _ => one.AllocatedBytes) { LessIsBetter = true };
    }

    private IEnumerable<Benchmark> Batch(BenchModel model)
    {
        int tokens = DecodingSpeed.Fitting(model, settings.Decode), count = settings.Batch;
        DecodingSpeed one = new(model, 1, tokens), many = new(model, count, tokens);
        double last = double.NaN;
        yield return new($"decode, {Whole(count)} sequences", "tokens/s", kernels.Threads, cancellation => last = many.TokensPerSecond(cancellation))
        {
            Work = model.Work.Decode(count, tokens / 2),
            Key = new PeerKey(Decodes: true, Sequences: count),
        };
        yield return new($"{Whole(count)} sequences beside one", "times", kernels.Threads, cancellation => last / one.TokensPerSecond(cancellation));
    }

    private Benchmark Encoding(Tokenizer tokenizer) => EncodingSpeed.Of(tokenizer, Texts());

    private IReadOnlyList<string> Texts() => texts ??= EncodingSpeed.Texts(settings.Text);

    private IReadOnlyDictionary<string, string> Words(params (string Name, string Value)[] own) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [own[0].Name] = own[0].Value,
        ["threads"] = Whole(kernels.Threads),
        ["prompt"] = string.Join(',', prompts.Select(Whole)),
        ["decode"] = Whole(settings.Decode),
        ["batch"] = Whole(settings.Batch),
    };

    private static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);
}
