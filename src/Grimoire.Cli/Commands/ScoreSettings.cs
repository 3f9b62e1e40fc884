using Grimoire.Evaluation.Metrics;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary>Which metrics score texts, and how.</summary>
internal sealed record ScoreSettings
{
    private static readonly string[] Rouges = ["rouge1", "rouge2", "rougeL", "rougeLsum"];

    public IReadOnlyList<string> Metrics { get; init; } = ["bleu", "chrf", "ter"];

    public bool Lowercase { get; init; }

    public string Tokenize { get; init; } = TextTokenizer.Mteval13a.Name;

    public BleuSmoothing Smooth { get; init; } = BleuSmoothing.Exponential;

    public double? SmoothValue { get; init; }

    public int MaxOrder { get; init; } = 4;

    public bool EffectiveOrder { get; init; }

    public ChrfSettings Chrf { get; init; } = new();

    public TerSettings Ter { get; init; } = new();

    public bool Stem { get; init; }

    public AnswerNormalization Normalize { get; init; }

    public EditUnit Unit { get; init; }

    public static SettingList<ScoreSettings> Settings { get; } =
    [
        Setting.Of("metrics",
            "what to measure: bleu, chrf, chrf++, ter, rouge (1, 2, L and Lsum; or rouge1 … rouge9, rougeL, rougeLsum), em, f1, edit, wer, cer",
            Texts("names, joined by commas"), (ScoreSettings c) => c.Metrics, (c, v) => c with { Metrics = v }),
        Setting.Of("lowercase", "case makes no difference (it makes none to TER and ROUGE anyway)", Flag,
            (ScoreSettings c) => c.Lowercase, (c, v) => c with { Lowercase = v }),
        .. OfMetric(
            "bleu",
            Setting.Of("tokenize", "how BLEU finds words", Text("13a, intl, char, zh or none"),
                (ScoreSettings c) => c.Tokenize, (c, v) => c with { Tokenize = v }, "BLEU"),
            Setting.Of("smooth", "what becomes of n-grams without a match",
                Choice(("exp", BleuSmoothing.Exponential), ("floor", BleuSmoothing.Floor), ("add-k", BleuSmoothing.AddK), ("none", BleuSmoothing.None)),
                (ScoreSettings c) => c.Smooth, (c, v) => c with { Smooth = v }, "BLEU"),
            Setting.Of("smooth_value", "the number of floor (otherwise 0.1) or add-k (otherwise 1)", Number(0, 1e6).OrNone(),
                (ScoreSettings c) => c.SmoothValue, (c, v) => c with { SmoothValue = v }, "BLEU")
                .IdleWhere(c => c.Measures("bleu") && c.Smooth is not (BleuSmoothing.Floor or BleuSmoothing.AddK), "without --smooth floor or add-k"),
            Setting.Of("max_order", "the longest n-grams", Count(1, 16), (ScoreSettings c) => c.MaxOrder, (c, v) => c with { MaxOrder = v }, "BLEU"),
            Setting.Of("effective_order", "leave out n-grams longer than the whole text; single lines always do", Flag,
                (ScoreSettings c) => c.EffectiveOrder, (c, v) => c with { EffectiveOrder = v }, "BLEU")),
        .. OfMetric(
            "chrf",
            Setting.Of("char_order", "the longest n-grams of characters", Count(1, 16),
                (ScoreSettings c) => c.Chrf.CharacterOrder, (c, v) => c with { Chrf = c.Chrf with { CharacterOrder = v } }, "chrF"),
            Setting.Of("word_order", "the longest n-grams of words; chrf++ has 2", Count(0, 16),
                (ScoreSettings c) => c.Chrf.WordOrder, (c, v) => c with { Chrf = c.Chrf with { WordOrder = v } }, "chrF")
                .IdleWhere(c => !c.Names.Contains("chrf"), "without chrf in --metrics"),
            Setting.Of("beta", "recall weighs its square", Count(1, 100),
                (ScoreSettings c) => c.Chrf.Beta, (c, v) => c with { Chrf = c.Chrf with { Beta = v } }, "chrF"),
            Setting.Of("whitespace", "white space counts", Flag,
                (ScoreSettings c) => c.Chrf.Whitespace, (c, v) => c with { Chrf = c.Chrf with { Whitespace = v } }, "chrF"),
            Setting.Of("eps_smoothing", "orders without n-grams count as next to nothing instead of not at all", Flag,
                (ScoreSettings c) => c.Chrf.EpsilonSmoothing, (c, v) => c with { Chrf = c.Chrf with { EpsilonSmoothing = v } }, "chrF")),
        .. OfMetric(
            "ter",
            Setting.Of("normalized", "set punctuation apart", Flag,
                (ScoreSettings c) => c.Ter.Normalized, (c, v) => c with { Ter = c.Ter with { Normalized = v } }, "TER"),
            Setting.Of("no_punct", "leave out punctuation", Flag,
                (ScoreSettings c) => c.Ter.NoPunctuation, (c, v) => c with { Ter = c.Ter with { NoPunctuation = v } }, "TER"),
            Setting.Of("asian", "with the two above: Chinese and Japanese too", Flag,
                (ScoreSettings c) => c.Ter.AsianSupport, (c, v) => c with { Ter = c.Ter with { AsianSupport = v } }, "TER")
                .IdleWhere(c => c.Measures("ter") && !c.Ter.Normalized && !c.Ter.NoPunctuation, "without --normalized or --no-punct"),
            Setting.Of("case_sensitive", "case makes a difference", Flag,
                (ScoreSettings c) => c.Ter.CaseSensitive, (c, v) => c with { Ter = c.Ter with { CaseSensitive = v } }, "TER")),
        Setting.Of("stem", "ROUGE: words lose their English endings", Flag, (ScoreSettings c) => c.Stem, (c, v) => c with { Stem = v }, "Others")
            .IdleWhere(c => !c.Measures("rouge"), "without rouge in --metrics"),
        Setting.Of("normalize", "em and f1: leave out case, punctuation and articles as SQuAD does, or white space only", Choice<AnswerNormalization>(),
            (ScoreSettings c) => c.Normalize, (c, v) => c with { Normalize = v }, "Others")
            .IdleWhere(c => !c.Measures("em") && !c.Measures("f1"), "without em or f1 in --metrics"),
        Setting.Of("unit", "edit: what is counted", Choice<EditUnit>(), (ScoreSettings c) => c.Unit, (c, v) => c with { Unit = v }, "Others")
            .IdleWhere(c => !c.Measures("edit"), "without edit in --metrics"),
    ];

    /// <summary>The metrics, in the order in which they were named.</summary>
    /// <exception cref="UsageException">A name is unknown.</exception>
    public IReadOnlyList<TextMetric> Create()
    {
        TextMetric[] metrics = [.. Names.SelectMany(Named).DistinctBy(metric => metric.Name)];
        return metrics.Length > 0 ? metrics : throw new UsageException("--metrics names nothing to measure; see grimoire score --help.");
    }

    /// <summary>Settings of one metric, which change nothing where it is not measured.</summary>
    private static IEnumerable<Setting<ScoreSettings>> OfMetric(string metric, params Setting<ScoreSettings>[] settings) =>
        settings.Select(setting => setting.IdleWhere(c => !c.Measures(metric), $"without {metric} in --metrics"));

    private IEnumerable<string> Names =>
        Metrics.SelectMany(name => name.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private bool Measures(string metric) => Names.Any(name => name.StartsWith(metric, StringComparison.Ordinal));

    private IReadOnlyList<TextMetric> Named(string name) => name switch
    {
        "bleu" => [Bleu()],
        "chrf" => [new Chrf(Chrf with { Lowercase = Lowercase })],
        "chrf++" => [new Chrf(Chrf with { Lowercase = Lowercase, WordOrder = 2 })],
        "ter" => [new Ter(Ter)],
        "rouge" => [.. Rouges.Select(rouge => new Rouge(rouge, Stem))],
        "rougeL" or "rougeLsum" or ['r', 'o', 'u', 'g', 'e', >= '1' and <= '9'] => [new Rouge(name, Stem)],
        "em" => [new ExactMatch(Normalize)],
        "f1" => [new TokenF1(Normalize)],
        "edit" => [new EditDistance(Unit, normalized: false, Lowercase), new EditDistance(Unit, normalized: true, Lowercase)],
        "wer" => [new ErrorRate(EditUnit.Word, Lowercase)],
        "cer" => [new ErrorRate(EditUnit.Character, Lowercase)],
        _ => throw new UsageException(
            $"--metrics: there is no \"{name}\"; known are bleu, chrf, chrf++, ter, rouge, rouge1 to rouge9, rougeL, rougeLsum, em, f1, edit, wer and cer."),
    };

    private Bleu Bleu() => new(new BleuSettings
    {
        Tokenizer = TextTokenizer.All.FirstOrDefault(tokenizer => tokenizer.Name == Tokenize) ?? throw new UsageException(
            $"--tokenize: there is no \"{Tokenize}\"; known are {string.Join(", ", TextTokenizer.All.Select(tokenizer => tokenizer.Name))}."),
        Smoothing = Smooth,
        SmoothingValue = SmoothValue,
        Lowercase = Lowercase,
        MaxOrder = MaxOrder,
        EffectiveOrder = EffectiveOrder,
    });
}
