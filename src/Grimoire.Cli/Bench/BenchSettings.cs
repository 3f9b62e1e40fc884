using System.Globalization;
using Grimoire.Cli.Commands;
using Grimoire.Tensors;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Bench;

/// <summary>What can be measured.</summary>
internal enum Suite
{
    /// <summary>Products of matrices.</summary>
    Gemm,

    /// <summary>Reading prompts.</summary>
    Prefill,

    /// <summary>Writing one sequence.</summary>
    Decode,

    /// <summary>Writing several sequences at once.</summary>
    Batch,

    /// <summary>Training steps.</summary>
    Train,

    /// <summary>Text into token ids.</summary>
    Tokenizer,

    /// <summary>From nothing to the first token.</summary>
    Start,

    /// <summary>What tokens cost far from the beginning.</summary>
    Context,
}

/// <summary>What <c>grimoire bench</c> measures, and how.</summary>
internal sealed record BenchSettings
{
    private const int Longest = 1 << 20;

    public IReadOnlyList<string> SuiteWords { get; init; } = [];

    public int Rounds { get; init; } = 5;

    public IReadOnlyList<string> PromptWords { get; init; } = [];

    public int Decode { get; init; } = 64;

    public int Batch { get; init; } = 16;

    public IReadOnlyList<string> ShapeWords { get; init; } = [];

    public IReadOnlyList<string> ContextWords { get; init; } = [];

    public string? Text { get; init; }

    public DType CacheType { get; init; } = DType.F32;

    public string? Against { get; init; }

    public string? Json { get; init; }

    public string? Markdown { get; init; }

    public static SettingList<BenchSettings> Settings { get; } =
    [
        Setting.Of("suite",
            "what to measure: gemm, prefill, decode, batch, train, tokenizer, start, context, with commas between, or all (none: all but context)",
            Texts("suites"), (BenchSettings s) => s.SuiteWords, (s, v) => s with { SuiteWords = v }, "What"),
        Setting.Of("prompt", "lengths of the prompts of prefill, with commas between (none: 128,512)", Texts("lengths"),
            (BenchSettings s) => s.PromptWords, (s, v) => s with { PromptWords = v }, "What")
            .IdleWhere(s => !s.Has(Suite.Prefill) && s.Against is null, "without prefill in --suite"),
        Setting.Of("decode", "tokens to write a time", Count(1, Longest), (BenchSettings s) => s.Decode, (s, v) => s with { Decode = v }, "What")
            .IdleWhere(s => !s.Has(Suite.Decode) && !s.Has(Suite.Batch) && s.Against is null, "without decode or batch in --suite"),
        Setting.Of("batch", "sequences at once, for the suite batch", Count(2, 4096), (BenchSettings s) => s.Batch, (s, v) => s with { Batch = v }, "What")
            .IdleWhere(s => !s.Has(Suite.Batch) && s.Against is null, "without batch in --suite"),
        Setting.Of("shape", $"models to train, as {TrainingShape.Expected} (none: 4,4,128,64,12,65)", Texts("shapes"),
            (BenchSettings s) => s.ShapeWords, (s, v) => s with { ShapeWords = v }, "What")
            .IdleWhere(s => !s.Has(Suite.Train), "without train in --suite"),
        Setting.Of("context", "lengths for the suite context, with commas between (none: 1024,8192,32768, as far as the model reads)", Texts("lengths"),
            (BenchSettings s) => s.ContextWords, (s, v) => s with { ContextWords = v }, "What")
            .IdleWhere(s => !s.Has(Suite.Context), "without context in --suite"),
        Setting.Of("text", "what the suite tokenizer encodes (none: stories told here)", SettingTypes.Text("a text file or a folder of them").OrNone(),
            (BenchSettings s) => s.Text, (s, v) => s with { Text = v }, "What")
            .IdleWhere(s => !s.Has(Suite.Tokenizer), "without tokenizer in --suite"),
        CacheSetting.Of((BenchSettings s) => s.CacheType, (s, v) => s with { CacheType = v }),
        Setting.Of("rounds", "how often each is measured, the machine's limits between", Count(1, 1000),
            (BenchSettings s) => s.Rounds, (s, v) => s with { Rounds = v }, "How"),
        Setting.Of("against", "a peer's command line, run in turns; {model}, {threads}, {prompt}, {decode}, {batch}, {shape} stand for what is measured",
            SettingTypes.Text("a command").OrNone(), (BenchSettings s) => s.Against, (s, v) => s with { Against = v }, "How"),
        Setting.Of("json", "write everything that was measured to this file", SettingTypes.Text("a file").OrNone(),
            (BenchSettings s) => s.Json, (s, v) => s with { Json = v }, "Output"),
        Setting.Of("markdown", "write the tables to this file", SettingTypes.Text("a file").OrNone(),
            (BenchSettings s) => s.Markdown, (s, v) => s with { Markdown = v }, "Output"),
    ];

    /// <summary>What to measure, in the order of <see cref="Suite"/>.</summary>
    /// <exception cref="UsageException">A suite is not known.</exception>
    public IReadOnlyList<Suite> Suites
    {
        get
        {
            string[] words = [.. Words(SuiteWords)];
            if (words.Length == 0)
                return [.. Enum.GetValues<Suite>().Where(suite => suite != Suite.Context)];
            return words.Contains("all") ? Enum.GetValues<Suite>() : [.. words.Select(Named).Distinct().Order()];
        }
    }

    /// <summary>Lengths of prompts.</summary>
    /// <exception cref="UsageException">One is no length.</exception>
    public IReadOnlyList<int> Prompts => Lengths("--prompt", PromptWords, [128, 512]);

    /// <summary>Lengths of contexts, in order.</summary>
    /// <exception cref="UsageException">One is no length.</exception>
    public IReadOnlyList<int> Contexts => [.. Lengths("--context", ContextWords, [1024, 8192, 32768]).Distinct().Order()];

    /// <summary>Models to train.</summary>
    /// <exception cref="UsageException">One is not understood.</exception>
    public IReadOnlyList<TrainingShape> Shapes => ShapeWords.Count == 0 ? [new(4, 4, 128, 64, 12, 65)] : [.. ShapeWords.Select(TrainingShape.Parse)];

    private bool Has(Suite suite) => Suites.Contains(suite);

    private static Suite Named(string word)
    {
        string[] known = [.. Enum.GetNames<Suite>().Select(name => name.ToLowerInvariant()), "all"];
        if (known.Contains(word))
            return Enum.Parse<Suite>(word, ignoreCase: true);
        string advice = Nearest.Find(word, known) is { } near ? $"did you mean {near}?" : $"expected {string.Join(", ", known.SkipLast(1))} or {known[^1]}.";
        throw new UsageException($"--suite is \"{word}\"; {advice}");
    }

    private static IReadOnlyList<int> Lengths(string option, IReadOnlyList<string> given, IReadOnlyList<int> otherwise)
    {
        string[] words = [.. Words(given)];
        return words.Length == 0 ? otherwise : [.. words.Select(word => Length(option, word))];
    }

    private static int Length(string option, string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length is > 0 and <= Longest
            ? length
            : throw new UsageException($"{option} is \"{word}\"; expected lengths from 1 to {Longest} with commas between.");

    private static IEnumerable<string> Words(IReadOnlyList<string> given) =>
        given.SelectMany(words => words.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
