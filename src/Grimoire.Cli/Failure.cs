namespace Grimoire.Cli;

/// <summary>Turns whatever went wrong into one sentence.</summary>
internal static class Failure
{
    // The low half of an IOException's HResult when the disk is full: Linux and macOS (ENOSPC), quota exceeded (EDQUOT), Windows twice.
    private static readonly int[] DiskFull = [28, 122, 112, 39];

    /// <summary>What went wrong and what to do.</summary>
    public static string Sentence(Exception e) => e switch
    {
        GrimoireException or UsageException => e.Message,
        OutOfMemoryException => "There is not enough memory; use a smaller model, batch or context, or close other programs.",
        IOException when DiskFull.Contains(e.HResult & 0xFFFF) => $"The disk is full ({Short(e)}); free space and run the same command again.",
        UnauthorizedAccessException => $"Access was refused ({Short(e)}); choose a folder that you may write to, or change its permissions.",
        IOException => $"Reading or writing failed ({Short(e)}).",
        _ => $"Something went wrong that should not have ({e.GetType().Name}: {Short(e)}); run again with --verbose for the details.",
    };

    private static string Short(Exception e) => e.Message.ReplaceLineEndings(" ").TrimEnd('.');
}
