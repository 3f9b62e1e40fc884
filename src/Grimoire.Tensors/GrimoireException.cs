namespace Grimoire;

/// <summary>
/// A failure that the user can cause and cure. The message is one sentence that names what was wrong, where (file, line, key) and what to do; the command line
/// prints it as it is and exits with code 1.
/// </summary>
public sealed class GrimoireException : Exception
{
    /// <summary>An error without a message; prefer one that says what to do.</summary>
    public GrimoireException()
    {
    }

    /// <summary>An error that says what was wrong, where and what to do.</summary>
    public GrimoireException(string message)
        : base(Visible(message))
    {
    }

    /// <summary>An error with the failure underneath, shown only with <c>--verbose</c>.</summary>
    public GrimoireException(string message, Exception? inner)
        : base(Visible(message), inner)
    {
    }

    /// <summary>Messages quote files that may be hostile: what would break the line or steer a terminal is shown as its code.</summary>
    private static string Visible(string message) =>
        message.Any(Steers) ? string.Concat(message.Select(letter => Steers(letter) ? $"\\u{(int)letter:X4}" : letter.ToString())) : message;

    private static bool Steers(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';
}
