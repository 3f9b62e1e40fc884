namespace Grimoire.Training.Data;

/// <summary>Turns what a user names (files, folders, patterns) into a list of text files in a fixed order.</summary>
public static class TextFiles
{
    private static readonly string[] OfText = [".txt", ".jsonl"];

    /// <summary>
    /// The files behind <paramref name="paths"/>: a file is itself, a folder all its .txt and .jsonl files (at any depth), and a pattern such as
    /// <c>books/*.txt</c> what it matches in its folder. Each path's files come in ordinal order, each file once.
    /// </summary>
    /// <exception cref="GrimoireException">A path leads to no file.</exception>
    public static IReadOnlyList<string> Expand(IEnumerable<string> paths) => WithEndings(paths, OfText);

    /// <summary>The same, where a folder stands for its files with other endings.</summary>
    internal static IReadOnlyList<string> WithEndings(IEnumerable<string> paths, params string[] endings)
    {
        var files = new List<string>();
        foreach (string path in paths)
            files.AddRange(ExpandOne(path, endings));
        if (files.Count == 0)
            throw new GrimoireException("No training data is given; name a file, a folder or a pattern with --data.");
        return [.. files.Distinct(StringComparer.Ordinal)];
    }

    private static string[] ExpandOne(string path, string[] endings)
    {
        if (File.Exists(path))
            return [path];
        if (Directory.Exists(path))
            return Found(path, Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase))),
                $"holds no {string.Join(" or ", endings)} file");

        string folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        string pattern = Path.GetFileName(path);
        if (pattern.AsSpan().IndexOfAny('*', '?') >= 0 && Directory.Exists(folder))
            return Found(path, Directory.EnumerateFiles(folder, pattern), "matches no file");
        throw new GrimoireException($"{path}: no such file or folder; check the path.");
    }

    private static string[] Found(string path, IEnumerable<string> files, string otherwise)
    {
        string[] sorted = [.. files.Order(StringComparer.Ordinal)];
        return sorted.Length > 0 ? sorted : throw new GrimoireException($"{path}: {otherwise}; check the path.");
    }
}
