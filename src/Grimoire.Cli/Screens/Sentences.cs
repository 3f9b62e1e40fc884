namespace Grimoire.Cli;

/// <summary>Text of models and files, made fit for a line.</summary>
internal static class Sentences
{
    /// <summary>Text without line breaks and control characters, cut to a length.</summary>
    public static string OneLine(string text, int length)
    {
        string line = string.Concat(text.Take(length).Select(c => c == '\n' ? '⏎' : char.IsControl(c) ? ' ' : c));
        return text.Length > length ? line + " …" : line;
    }

    /// <summary>Text without control characters other than line breaks: a model must not steer the terminal.</summary>
    public static string Harmless(string text) => string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c));
}
