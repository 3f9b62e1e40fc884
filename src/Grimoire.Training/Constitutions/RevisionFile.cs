using System.Text.Json.Nodes;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>Why a revision is no preference pair.</summary>
public enum RevisionFate
{
    /// <summary>It is one.</summary>
    Kept,

    /// <summary>The revised answer is the first one.</summary>
    Unchanged,

    /// <summary>One of the answers is empty.</summary>
    Empty,

    /// <summary>The judge does not prefer the revised answer.</summary>
    NotPreferred,
}

/// <summary>
/// Preference pairs out of revisions, in TRL's columns: the revised answer is <c>chosen</c>, the first one <c>rejected</c>. Those that are none lie beside
/// them in <c>NAME.left-out.jsonl</c>, so that they are not made again. Each is there as soon as it was made, one whole line at a time.
/// </summary>
public sealed class RevisionFile : IDisposable
{
    private const string Prompt = "prompt", Key = "key", Fate = "fate";
    private readonly JsonLines kept, leftOut;
    private readonly HashSet<string> keys = new(StringComparer.Ordinal);

    private RevisionFile(string path)
    {
        foreach (string file in new[] { path, LeftOutPath(path) })
        {
            foreach (JsonObject row in JsonLines.Read(file))
            {
                keys.Add(row[Key] is JsonValue value && value.TryGetValue(out string? key) ? key
                    : throw new GrimoireException(
                        $"{file}: a row has no \"{Key}\", so it was not written by grimoire align constitution; give another --out."));
            }
        }

        Known = keys.Count;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        (kept, leftOut) = (new JsonLines(path), new JsonLines(LeftOutPath(path)));
    }

    /// <summary>Revisions that were there when it was opened.</summary>
    public int Known { get; }

    /// <summary>Opens a file to go on with, or begins one.</summary>
    /// <exception cref="GrimoireException">The file cannot be opened, or holds something else.</exception>
    public static RevisionFile Open(string path)
    {
        try
        {
            return new RevisionFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be opened ({e.Message.TrimEnd('.')}); is somebody else writing to it?", e);
        }
    }

    /// <summary>Where revisions go that are no pairs.</summary>
    public static string LeftOutPath(string path) => System.IO.Path.ChangeExtension(path, null) + ".left-out.jsonl";

    /// <summary>Names a revision before it is made: by its prompt, the model, the constitution and the seed.</summary>
    public static string KeyOf(Passage prompt, string model, Constitution constitution, int rounds, ulong seed)
    {
        var all = new JsonArray(prompt.ToJson(), model, rounds, seed);
        foreach (Principle principle in constitution.All)
            all.Add((JsonNode)new JsonArray(principle.Critique, principle.Revision));
        return JsonDigest.KeyOf(all);
    }

    /// <summary>Whether a revision was made before.</summary>
    public bool Has(string key) => keys.Contains(key);

    /// <summary>What becomes of a revision, apart from a judge.</summary>
    public static RevisionFate FateOf(Revision revision) =>
        revision.Answer.Length == 0 || revision.Revised.Length == 0 ? RevisionFate.Empty
        : revision.Answer == revision.Revised ? RevisionFate.Unchanged : RevisionFate.Kept;

    /// <summary>Adds a revision.</summary>
    /// <exception cref="GrimoireException">The disk is full or gone.</exception>
    public void Append(string key, Passage prompt, Revision revision, RevisionFate fate, string model, Judgement? judgement)
    {
        bool talks = prompt.Messages is not null;
        var row = new JsonObject
        {
            [Prompt] = prompt.ToJson(),
            ["chosen"] = Said(revision.Revised, talks),
            ["rejected"] = Said(revision.Answer, talks),
            ["principles"] = new JsonArray([.. revision.Critiques.Select(c => JsonValue.Create(c.Principle.Name))]),
            ["critiques"] = new JsonArray([.. revision.Critiques.Select(c => JsonValue.Create(c.Critique))]),
            ["model"] = model,
            [Key] = key,
        };
        if (judgement is { } said)
            row["preference"] = said.First;
        if (fate != RevisionFate.Kept)
            row[Fate] = fate.ToString().ToLowerInvariant();
        (fate == RevisionFate.Kept ? kept : leftOut).Append(row);
        keys.Add(key);
    }

    /// <summary>Closes the files; nothing is left to be written.</summary>
    public void Dispose()
    {
        foreach (JsonLines file in new[] { kept, leftOut })
        {
            file.Dispose();
            if (new FileInfo(file.Path) is { Exists: true, Length: 0 })
                File.Delete(file.Path);
        }
    }

    private static JsonNode Said(string text, bool talks) =>
        talks ? new JsonArray(new JsonObject { ["role"] = "assistant", ["content"] = text }) : JsonValue.Create(text);
}
