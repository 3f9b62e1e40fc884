using System.Globalization;

namespace Grimoire.Cli;

/// <summary>Token ids on the command line.</summary>
internal static class Ids
{
    /// <summary>The id that a word is.</summary>
    /// <exception cref="UsageException">It is no id.</exception>
    public static int Parse(string word) => int.TryParse(word.Trim(',', '[', ']'), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
        ? id
        : throw new UsageException($"\"{word}\" is no token id; ids are integers from 0 on.");
}
