using System.Globalization;

namespace Grimoire.Evaluation;

/// <summary>One measured figure.</summary>
/// <param name="Name">What was measured, as in <c>bleu</c> or <c>acc</c>.</param>
/// <param name="Value">Its value; not a number where nothing could be measured.</param>
public sealed record Figure(string Name, double Value)
{
    /// <summary>What it is of, as in <c>blimp/anaphor_number</c>; empty for the whole.</summary>
    public string Of { get; init; } = "";

    /// <summary>Where it may lie, from the luck of which examples were drawn; null where that was not measured.</summary>
    public Interval? Interval { get; init; }

    /// <summary>Over how many examples it was measured; 0 where that means nothing.</summary>
    public long Count { get; init; }

    /// <summary>
    /// How it was measured: <c>|</c>-joined <c>key:value</c> pairs, as sacreBLEU's (Post 2018, arXiv:1804.08771). Figures compare only under equal signatures.
    /// </summary>
    public string Signature { get; init; } = "";

    /// <summary>Whether less is better.</summary>
    public bool LowerIsBetter { get; init; }

    /// <summary>The unit behind the value, as in <c>%</c> or <c>bits</c>; null for a bare number.</summary>
    public string? Unit { get; init; }

    /// <summary>What it is of and its name: <c>blimp/anaphor_number acc</c>.</summary>
    public string FullName => Of.Length == 0 ? Name : $"{Of} {Name}";

    /// <summary>The value with its unit, ready to be read.</summary>
    public string Shown => Unit is { } unit ? $"{Text(Value)} {unit}" : Text(Value);

    /// <summary>The interval ready to be read, as in <c>0.61 … 0.68</c>; empty where there is none.</summary>
    public string ShownInterval => Interval is { } at ? $"{Text(at.Lower)} … {Text(at.Upper)}" : "";

    /// <summary>A measured number with four digits behind the point, or two where it is ten or more; a very small or large one as in <c>1.2e-7</c>.</summary>
    public static string Text(double value) => !double.IsFinite(value) ? "–"
        : Math.Abs(value) is (>= 1e-4 and < 1e9) or 0 ? value.ToString(Math.Abs(value) < 10 ? "0.0000" : "0.00", CultureInfo.InvariantCulture)
        : value.ToString("0.0e0", CultureInfo.InvariantCulture);
}
