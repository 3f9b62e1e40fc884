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
    public static PretrainRecipe Read(string pathOrName) => Read(PretrainRecipe.Settings, new PretrainRecipe(), pathOrName);

    /// <summary>The same for recipes of any kind; <paramref name="start"/> is what the file's values are laid over.</summary>
    /// <exception cref="GrimoireException">There is none, or a value in it is refused.</exception>
    public static TRecipe Read<TRecipe>(SettingList<TRecipe> settings, TRecipe start, string pathOrName)
    {
        if (File.Exists(pathOrName) || pathOrName.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            return settings.ReadFile(start, pathOrName);
        using Stream? resource = Here.GetManifestResourceStream(Folder + pathOrName + Extension);
        if (resource is null)
        {
            string known = Nearest.Find(pathOrName, Names) is { } near ? $"did you mean {near}?"
                : $"recipes that come with Grimoire are {string.Join(", ", Names)}.";
            throw new GrimoireException($"There is no recipe \"{pathOrName}\"; {known}");
        }

        using var memory = new MemoryStream();
        resource.CopyTo(memory);
        return settings.Read(start, memory.ToArray(), $"recipe {pathOrName}");
    }
}
