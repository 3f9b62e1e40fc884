using System.Reflection;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>The recipes that come with Grimoire, found wherever the tool runs.</summary>
internal static class Recipes
{
    private const string Folder = "recipes/", Extension = ".json";
    private static readonly Assembly Here = typeof(Recipes).Assembly;

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Here.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(
            name => name[Folder.Length..^Extension.Length]).Order(StringComparer.Ordinal)];

    /// <summary>A recipe from a file, or the one of that name that comes with Grimoire.</summary>
    /// <exception cref="GrimoireException">There is none, or a value in it is refused.</exception>
    public static PretrainRecipe Read(string pathOrName)
    {
        if (File.Exists(pathOrName) || pathOrName.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            return PretrainRecipe.Settings.ReadFile(new PretrainRecipe(), pathOrName);
        using Stream? resource = Here.GetManifestResourceStream(Folder + pathOrName + Extension);
        if (resource is null)
        {
            string known = Nearest.Find(pathOrName, Names) is { } near ? $"did you mean {near}?"
                : $"recipes that come with Grimoire are {string.Join(", ", Names)}.";
            throw new GrimoireException($"There is no recipe \"{pathOrName}\"; {known}");
        }

        using var memory = new MemoryStream();
        resource.CopyTo(memory);
        return PretrainRecipe.Settings.Read(new PretrainRecipe(), memory.ToArray(), $"recipe {pathOrName}");
    }
}
