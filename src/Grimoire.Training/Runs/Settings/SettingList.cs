using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Training.Runs;

/// <summary>
/// All settings of a record, in the order they are shown. Reading is strict: what is unknown, doubled, of the wrong type or out of range is refused, with its
/// place and what was expected.
/// </summary>
/// <typeparam name="T">The record.</typeparam>
[CollectionBuilder(typeof(SettingList), nameof(SettingList.Create))]
public sealed class SettingList<T> : IReadOnlyList<Setting<T>>
{
    private readonly Setting<T>[] settings;
    private readonly Dictionary<string, Setting<T>> byKey;

    internal SettingList(ReadOnlySpan<Setting<T>> settings)
    {
        this.settings = [.. settings];
        byKey = this.settings.ToDictionary(s => s.Key, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public int Count => settings.Length;

    /// <inheritdoc/>
    public Setting<T> this[int index] => settings[index];

    /// <summary>The same settings, seen from a record that holds this one.</summary>
    /// <param name="get">The inner record of an outer one.</param>
    /// <param name="with">The outer record with another inner one.</param>
    /// <param name="group">The heading they stand under.</param>
    public IEnumerable<Setting<TOuter>> Within<TOuter>(Func<TOuter, T> get, Func<TOuter, T, TOuter> with, string group) =>
        settings.Select(setting => setting.Within(get, with, group));

    /// <summary><paramref name="start"/> with the values of a JSON file.</summary>
    /// <exception cref="GrimoireException">The file cannot be read or a value is refused.</exception>
    public T ReadFile(T start, string path)
    {
        byte[] json;
        try
        {
            json = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }

        return Read(start, json, path);
    }

    /// <summary><paramref name="start"/> with the values of a JSON object; <paramref name="name"/> stands for it in messages.</summary>
    /// <exception cref="GrimoireException">The text is not a JSON object or a value is refused.</exception>
    public T Read(T start, ReadOnlySpan<byte> json, string name) => Apply(start, SettingFile.Values(json, name));

    /// <summary><paramref name="start"/> with values from the command line; a list's key may come several times.</summary>
    /// <param name="start">What the values are laid over.</param>
    /// <param name="values">Keys as in files or as options, and values as text.</param>
    /// <exception cref="GrimoireException">A value is refused.</exception>
    public T Override(T start, IEnumerable<(string Key, string Value)> values) => Apply(start, values
        .GroupBy(v => v.Key.TrimStart('-').Replace('-', '_'), v => v.Value, StringComparer.Ordinal)
        .Select(g => new SettingValue(g.Key, [.. g], JsonValueKind.Undefined, "--" + g.Key.Replace('_', '-'))));

    /// <summary>Divides <c>key=value</c>.</summary>
    /// <exception cref="GrimoireException">There is no equals sign.</exception>
    public static (string Key, string Value) Assignment(string text)
    {
        int at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (text[..at], text[(at + 1)..]) : throw new GrimoireException($"\"{text}\": expected key=value.");
    }

    /// <summary>Every value as a JSON object, which <see cref="Read"/> takes back.</summary>
    public JsonObject ToJson(T values) => new(settings.Select(s => KeyValuePair.Create(s.Key, s.Get(values))));

    /// <inheritdoc/>
    public IEnumerator<Setting<T>> GetEnumerator() => ((IEnumerable<Setting<T>>)settings).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => settings.GetEnumerator();

    private T Apply(T start, IEnumerable<SettingValue> values)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (SettingValue given in values)
        {
            if (!byKey.TryGetValue(given.Key, out Setting<T>? setting))
                throw new GrimoireException($"{given.Origin}: unknown key \"{given.Key}\"{Nearest.Suggestion(given.Key, byKey.Keys)}.");
            if (!seen.Add(given.Key))
                throw new GrimoireException($"{given.Origin}: {given.Key} is given twice; keep one.");
            start = setting.Set(start, given);
        }

        return start;
    }
}

/// <summary>Builds lists of settings from collection expressions.</summary>
public static class SettingList
{
    /// <summary>A list of these settings; keys must differ.</summary>
    public static SettingList<T> Create<T>(ReadOnlySpan<Setting<T>> settings) => new(settings);
}
