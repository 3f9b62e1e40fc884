using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>
/// Comparisons on disk: preferences in the file itself, which is training data as it stands, and ties, skipped and equal pairs beside it in
/// <c>NAME.undecided.jsonl</c>. Each is there as soon as it was made, one whole line at a time, and none is asked for twice.
/// </summary>
public sealed class ComparisonFile : IDisposable
{
    private readonly JsonLines decided, undecided;
    private readonly HashSet<string> origins = new(StringComparer.Ordinal), pairs = new(StringComparer.Ordinal);

    private ComparisonFile(string path)
    {
        // Both are read before anything is opened for writing: a file of something else stays as it is.
        foreach (Comparison comparison in Read(path))
            Remember(comparison);
        Known = origins.Count;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        (decided, undecided) = (new JsonLines(path), new JsonLines(UndecidedPath(path)));
    }

    /// <summary>Comparisons that were there when it was opened.</summary>
    public int Known { get; }

    /// <summary>Opens a file to go on with, or begins one.</summary>
    /// <exception cref="GrimoireException">The file cannot be opened, or holds something else.</exception>
    public static ComparisonFile Open(string path)
    {
        try
        {
            return new ComparisonFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be opened ({e.Message.TrimEnd('.')}); is somebody else writing to it?", e);
        }
    }

    /// <summary>All comparisons of a file, undecided ones too; none where there is no file.</summary>
    /// <exception cref="GrimoireException">A row is no comparison.</exception>
    public static IReadOnlyList<Comparison> Read(string path)
    {
        var all = new List<Comparison>();
        foreach (string file in new[] { path, UndecidedPath(path) })
        {
            int number = 0;
            foreach (JsonObject row in JsonLines.Read(file))
            {
                number++;
                try
                {
                    all.Add(ComparisonRow.Read(row));
                }
                catch (GrimoireException e) when (!e.Message.StartsWith(file, StringComparison.Ordinal))
                {
                    throw new GrimoireException($"{file}, row {number}: {e.Message}.", e);
                }
            }
        }

        return all;
    }

    /// <summary>Where undecided comparisons go.</summary>
    public static string UndecidedPath(string path) => Path.ChangeExtension(path, null) + ".undecided.jsonl";

    /// <summary>Whether this prompt was answered by these models with these seeds before.</summary>
    public bool Has(string origin) => origins.Contains(origin);

    /// <summary>Whether these two answers were compared before, wherever they came from.</summary>
    public bool HasPair(string pair) => pairs.Contains(pair);

    /// <summary>Adds a comparison.</summary>
    /// <exception cref="GrimoireException">The disk is full or gone.</exception>
    public void Append(Comparison comparison)
    {
        (comparison.IsDecided ? decided : undecided).Append(ComparisonRow.Write(comparison));
        Remember(comparison);
    }

    /// <summary>Closes the files; nothing is left to be written.</summary>
    public void Dispose()
    {
        decided.Dispose();
        undecided.Dispose();
        foreach (string path in new[] { decided.Path, undecided.Path }.Where(path => new FileInfo(path) is { Exists: true, Length: 0 }))
            File.Delete(path);
    }

    private void Remember(Comparison comparison)
    {
        origins.Add(comparison.Origin);
        pairs.Add(comparison.Pair);
    }
}
