namespace Grimoire;

/// <summary>
/// A failure that the user can cause and cure. The message is one sentence that names what was wrong, where
/// (file, line, key) and what to do; the command line prints it as it is and exits with code 1.
/// </summary>
public sealed class GrimoireException : Exception
{
    /// <summary>An error without a message; prefer one that says what to do.</summary>
    public GrimoireException()
    {
    }

    /// <summary>An error that says what was wrong, where and what to do.</summary>
    public GrimoireException(string message)
        : base(message)
    {
    }

    /// <summary>An error with the failure underneath, shown only with <c>--verbose</c>.</summary>
    public GrimoireException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
