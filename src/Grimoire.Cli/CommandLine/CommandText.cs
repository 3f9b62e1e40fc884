namespace Grimoire.Cli;

/// <summary>A command line as one can copy it into a shell.</summary>
internal static class CommandText
{
    /// <summary>The words, quoted where a shell needs it.</summary>
    public static string Of(params IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    private static string Quote(string word) => word.Length > 0
        && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,+@%".Contains(c, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
