using System.Globalization;
using System.Text.RegularExpressions;

namespace Grimoire.Models.Adapters;

/// <summary>How PEFT's configs mean modules: lists of endings, regular expressions, numbers of layers.</summary>
internal static class PeftPattern
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Whether one of some names means a module: its own path, or the end of it behind a dot.</summary>
    public static bool Ends(IEnumerable<string> names, string path) =>
        names.Any(name => path == name || path.EndsWith($".{name}", StringComparison.Ordinal));

    /// <summary>Whether a regular expression means the whole path.</summary>
    /// <exception cref="GrimoireException">The expression is none, or takes too long.</exception>
    public static bool Matches(string expression, string path, string source) => IsMatch($"^(?:{expression})$", path, source);

    /// <summary>The first of some keys, expressions for the end of a path, that means a module; null if none does.</summary>
    public static string? Key(IEnumerable<string> keys, string path, string source) =>
        keys.FirstOrDefault(key => IsMatch($@"^(.*\.)?(?:{key})$", path, source));

    /// <summary>The number of the layer a module is in, which is the first number of its path; null if there is none.</summary>
    public static int? Layer(string path)
    {
        string? number = path.Split('.').FirstOrDefault(part => part.Length > 0 && part.All(char.IsAsciiDigit));
        return number is null ? null : int.Parse(number, CultureInfo.InvariantCulture);
    }

    /// <summary>The shortest list of names that means some of all modules and no other.</summary>
    public static IReadOnlyList<string> Shortest(IReadOnlyList<string> wanted, IReadOnlyList<string> all)
    {
        var names = new List<string>();
        HashSet<string> open = [.. wanted], allowed = [.. wanted];
        foreach (string path in wanted)
        {
            if (!open.Contains(path))
                continue;
            string name = Endings(path).First(ending => all.All(other => allowed.Contains(other) || !Ends([ending], other)));
            names.Add(name);
            open.RemoveWhere(other => Ends([name], other));
        }

        return names;
    }

    private static IEnumerable<string> Endings(string path)
    {
        string[] parts = path.Split('.');
        for (int count = 1; count <= parts.Length; count++)
            yield return string.Join('.', parts[^count..]);
    }

    private static bool IsMatch(string expression, string path, string source)
    {
        try
        {
            return Regex.IsMatch(path, expression, RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            throw new GrimoireException($"{source}: \"{expression}\" cannot be used as a regular expression ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
