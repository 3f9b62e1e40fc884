namespace Grimoire.Evaluation;

/// <summary>
/// How a figure was measured, in one line: pairs <c>key:value</c> joined by <c>|</c>, with the version last, as sacreBLEU has it (Post 2018, arXiv:1804.08771).
/// Figures compare only under equal signatures.
/// </summary>
public static class Signature
{
    /// <summary>The version that computes.</summary>
    public static string Version { get; } = "grimoire-" + (typeof(Signature).Assembly.GetName().Version?.ToString(3) ?? "0");

    /// <summary>Joins what is told; pairs without a value are left out.</summary>
    public static string Of(params IEnumerable<(string Key, string? Value)> pairs) =>
        string.Join('|', pairs.Where(pair => pair.Value is not null).Append(("version", Version)).Select(pair => $"{pair.Item1}:{pair.Item2}"));

    /// <summary><c>yes</c> or <c>no</c>.</summary>
    public static string YesNo(bool value) => value ? "yes" : "no";
}
