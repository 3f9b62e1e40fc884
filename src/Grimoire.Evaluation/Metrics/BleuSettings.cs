namespace Grimoire.Evaluation.Metrics;

/// <summary>What becomes of an n-gram order without a match, which would make BLEU zero (Chen and Cherry 2014).</summary>
public enum BleuSmoothing
{
    /// <summary>Nothing: the figure is 0.</summary>
    None,

    /// <summary>The count of matches is a small number instead of 0.</summary>
    Floor,

    /// <summary>A number is added to matches and totals of all orders above 1 (Lin and Och 2004).</summary>
    AddK,

    /// <summary>The k-th order without a match counts ½ᵏ matches, as in NIST's script.</summary>
    Exponential,
}

/// <summary>The options of BLEU.</summary>
public sealed record BleuSettings
{
    /// <summary>How lines are split into words.</summary>
    public TextTokenizer Tokenizer { get; init; } = TextTokenizer.Mteval13a;

    /// <summary>What becomes of orders without a match.</summary>
    public BleuSmoothing Smoothing { get; init; } = BleuSmoothing.Exponential;

    /// <summary>The number of <see cref="BleuSmoothing.Floor"/> (otherwise 0.1) or <see cref="BleuSmoothing.AddK"/> (otherwise 1).</summary>
    public double? SmoothingValue { get; init; }

    /// <summary>Whether case makes no difference.</summary>
    public bool Lowercase { get; init; }

    /// <summary>The longest n-grams.</summary>
    public int MaxOrder { get; init; } = 4;

    /// <summary>Whether orders longer than the text are left out of the mean, as short lines want it.</summary>
    public bool EffectiveOrder { get; init; }

    /// <summary>The smoothing and its number as signatures tell them.</summary>
    internal string SmoothingText => Smoothing switch
    {
        BleuSmoothing.Floor => FormattableString.Invariant($"floor[{UsedValue:F2}]"),
        BleuSmoothing.AddK => FormattableString.Invariant($"add-k[{UsedValue:F2}]"),
        BleuSmoothing.None => "none",
        _ => "exp",
    };

    /// <summary>The number that smooths.</summary>
    internal double UsedValue => SmoothingValue ?? (Smoothing == BleuSmoothing.AddK ? 1 : 0.1);
}
