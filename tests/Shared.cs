namespace Grimoire.Tests;

/// <summary>Finds the reference data that may lie beside the repository; tests that need it skip by name without it.</summary>
internal static class Shared
{
    private static readonly string? Root = FindRoot();

    /// <summary>The path of a file or folder of the reference data, or null where it is not there.</summary>
    public static string? Path(string relative)
    {
        string? path = Root is null ? null : System.IO.Path.Combine(Root, relative);
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    private static string? FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(folder.FullName, "Grimoire.slnx")))
                continue;
            string shared = System.IO.Path.Combine(folder.FullName, "..", "shared");
            return Directory.Exists(shared) ? System.IO.Path.GetFullPath(shared) : null;
        }

        return null;
    }
}
