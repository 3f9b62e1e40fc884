using System.Reflection;

namespace Grimoire.Models.Chat;

/// <summary>The formats that come with Grimoire, as resources of the library.</summary>
internal static class BuiltInTemplates
{
    private const string Extension = ".jinja";
    private static readonly Assembly Home = typeof(BuiltInTemplates).Assembly;

    /// <summary>Their names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Home.GetManifestResourceNames().Where(name => name.EndsWith(Extension, StringComparison.Ordinal))
            .Select(name => name[..^Extension.Length]).Order(StringComparer.Ordinal),
    ];

    public static string Source(string name)
    {
        using Stream? stream = Names.Contains(name) ? Home.GetManifestResourceStream(name + Extension) : null;
        if (stream is null)
            throw new GrimoireException($"there is no built-in chat format {name}; there are {string.Join(", ", Names)}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
