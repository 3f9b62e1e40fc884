using System.Text;
using Grimoire.Models.Adapters;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>
/// What people should know of a model: its name, license and languages. In a Hugging Face folder it stands in <c>README.md</c>, in the lines between
/// <c>---</c> at its beginning; in a GGUF file under <c>general.*</c>.
/// </summary>
public sealed record ModelCard
{
    private const string FileName = "README.md", Fence = "---";
    private const long LargestFile = 1 << 20;

    /// <summary>The name; empty where nothing is said.</summary>
    public string Name { get; init; } = "";

    /// <summary>The license's identifier, as in <c>apache-2.0</c>; empty where nothing is said.</summary>
    public string License { get; init; } = "";

    /// <summary>The license's name, where it is none of the common ones.</summary>
    public string LicenseName { get; init; } = "";

    /// <summary>Where the license can be read.</summary>
    public string LicenseLink { get; init; } = "";

    /// <summary>Languages, as in <c>en</c>.</summary>
    public ValueList<string> Languages { get; init; }

    /// <summary>Words to find the model by.</summary>
    public ValueList<string> Tags { get; init; }

    /// <summary>Reads what a folder or a GGUF file says; a name that is not said is the folder's or file's own.</summary>
    /// <exception cref="GrimoireException">The GGUF file is broken.</exception>
    public static ModelCard Read(string path)
    {
        path = AdapterFolder.Trunk(path);
        ModelCard card = GgufModel.IsGguf(path) ? OfGguf(GgufFile.Open(path).Metadata) : OfFolder(path);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return card.Name.Length > 0 ? card : card with { Name = GgufModel.IsGguf(path) ? Path.GetFileNameWithoutExtension(full) : Path.GetFileName(full) };
    }

    /// <summary>What <c>general.*</c> says.</summary>
    internal static ModelCard OfGguf(GgufMetadata metadata) => new()
    {
        Name = metadata.Text("general.name", ""),
        License = metadata.Text("general.license", ""),
        LicenseName = metadata.Text("general.license.name", ""),
        LicenseLink = metadata.Text("general.license.link", ""),
        Languages = [.. metadata.Texts("general.languages") ?? []],
        Tags = [.. metadata.Texts("general.tags") ?? []],
    };

    /// <summary>The same as metadata.</summary>
    internal IEnumerable<KeyValuePair<string, GgufValue>> Metadata()
    {
        (string Key, string Text)[] texts =
        [
            ("general.name", Name), ("general.license", License), ("general.license.name", LicenseName), ("general.license.link", LicenseLink),
        ];
        foreach ((string key, string text) in texts.Where(pair => pair.Text.Length > 0))
            yield return new(key, GgufValue.Of(text));
        if (Tags.Count > 0)
            yield return new("general.tags", GgufValue.Of([.. Tags]));
        if (Languages.Count > 0)
            yield return new("general.languages", GgufValue.Of([.. Languages]));
    }

    /// <summary>Writes <c>README.md</c>, unless there is nothing to say.</summary>
    internal void Write(string folder)
    {
        if (this == new ModelCard())
            return;
        var text = new StringBuilder();
        (string Key, string Text)[] lines = [("license", License), ("license_name", LicenseName), ("license_link", LicenseLink)];
        foreach ((string key, string line) in lines.Where(pair => pair.Text.Length > 0))
            text.Append($"{key}: {OneLine(line)}\n");
        (string Key, ValueList<string> Items)[] lists = [("language", Languages), ("tags", Tags)];
        foreach ((string key, ValueList<string> items) in lists.Where(pair => pair.Items.Count > 0))
            text.Append($"{key}:\n").AppendJoin("", items.Select(item => $"- {OneLine(item)}\n"));
        string head = text.Length > 0 ? $"{Fence}\n{text}{Fence}\n\n" : "";
        AtomicFile.WriteText(Path.Combine(folder, FileName), $"{head}# {OneLine(Name)}\n");
    }

    private static ModelCard OfFolder(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path) || new FileInfo(path).Length > LargestFile)
            return new ModelCard();
        string[] lines = [.. File.ReadAllLines(path).Select(line => line.TrimEnd())];
        int body = lines is [Fence, ..] ? Array.IndexOf(lines, Fence, 1) + 1 : 0;
        string title = lines.Skip(body).FirstOrDefault(line => line.StartsWith("# ", StringComparison.Ordinal)) ?? "";
        return FrontMatter(lines.AsSpan(0, body)) with { Name = title.Length > 2 ? title[2..].Trim() : "" };
    }

    /// <summary>The few keys that are understood: a text behind a colon, or items on lines of their own.</summary>
    private static ModelCard FrontMatter(ReadOnlySpan<string> lines)
    {
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        List<string> items = [];
        foreach (string line in lines)
        {
            if (line.TrimStart().StartsWith("- ", StringComparison.Ordinal))
            {
                items.Add(Bare(line.TrimStart()[2..]));
            }
            else if (line.Split(':', 2) is [var key, var rest] && key.Length > 0 && !char.IsWhiteSpace(key[0]))
            {
                items = [.. rest.Trim().TrimStart('[').TrimEnd(']').Split(',').Select(Bare).Where(item => item.Length > 0)];
                found[key] = items;
            }
        }

        string Text(string key) => string.Join(", ", found.GetValueOrDefault(key, []));
        return new ModelCard
        {
            License = Text("license"),
            LicenseName = Text("license_name"),
            LicenseLink = Text("license_link"),
            Languages = [.. found.GetValueOrDefault("language", [])],
            Tags = [.. found.GetValueOrDefault("tags", [])],
        };
    }

    private static string Bare(string text) => text.Trim().Trim('"', '\'');

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
