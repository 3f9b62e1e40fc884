using System.Text.Json.Nodes;

namespace Grimoire.Training.Runs;

/// <summary>
/// One named value of a record of settings. The same key names it everywhere: in a recipe file, as <c>--key</c> on the command line (underscores as
/// hyphens), in <c>run.json</c> and in messages.
/// </summary>
/// <typeparam name="T">The record.</typeparam>
public abstract class Setting<T>
{
    private protected Setting(string key, string description, string group) => (Key, Description, Group) = (key, description, group);

    /// <summary>The name in files: <c>kv_heads</c>.</summary>
    public string Key { get; }

    /// <summary>The name on the command line: <c>--kv-heads</c>.</summary>
    public string Option => "--" + Key.Replace('_', '-');

    /// <summary>What it does, in a few words.</summary>
    public string Description { get; }

    /// <summary>The heading it stands under in help.</summary>
    public string Group { get; }

    /// <summary>What values are accepted, in words.</summary>
    public abstract string Expected { get; }

    /// <summary>Several values may be given.</summary>
    public abstract bool IsList { get; }

    /// <summary>True or false; no value means true.</summary>
    public abstract bool IsFlag { get; }

    /// <summary>The record with this value set.</summary>
    /// <exception cref="GrimoireException">The value is of the wrong type or out of range.</exception>
    public abstract T Set(T settings, SettingValue given);

    /// <summary>The value as JSON.</summary>
    public abstract JsonNode? Get(T settings);

    /// <summary>Why the value changes nothing beside the others, in words behind "has no effect": <c>without --draft</c>; null where it does.</summary>
    public abstract string? Idle(T settings);

    /// <summary>The same setting, which changes nothing where <paramref name="idle"/> holds.</summary>
    /// <param name="idle">Asks the finished record.</param>
    /// <param name="why">In words behind "has no effect": <c>without --draft</c>.</param>
    public abstract Setting<T> IdleWhere(Func<T, bool> idle, string why);

    /// <summary>The same setting, seen from a record that holds this one.</summary>
    public abstract Setting<TOuter> Within<TOuter>(Func<TOuter, T> get, Func<TOuter, T, TOuter> with, string group);
}

/// <summary>Makes settings.</summary>
public static class Setting
{
    /// <summary>A setting from its name, type and place in the record.</summary>
    public static Setting<T> Of<T, TValue>(
        string key, string description, SettingType<TValue> type, Func<T, TValue> get, Func<T, TValue, T> with, string group = "") =>
        new Typed<T, TValue>(key, description, type, get, with, _ => null, group);

    private sealed class Typed<T, TValue>(
        string key, string description, SettingType<TValue> type, Func<T, TValue> get, Func<T, TValue, T> with, Func<T, string?> idleness, string group)
        : Setting<T>(key, description, group)
    {
        public override string Expected => type.Expected;

        public override bool IsList => type.IsList;

        public override bool IsFlag => type.IsFlag;

        public override T Set(T settings, SettingValue given) => type.Parse(given, out TValue? value)
            ? with(settings, value)
            : throw new GrimoireException($"{given.Origin}: {Key} is {given.Shown}; expected {Expected}.");

        public override JsonNode? Get(T settings) => type.Write(get(settings));

        public override string? Idle(T settings) => idleness(settings);

        public override Setting<T> IdleWhere(Func<T, bool> idle, string why) =>
            new Typed<T, TValue>(Key, Description, type, get, with, settings => idleness(settings) ?? (idle(settings) ? why : null), Group);

        public override Setting<TOuter> Within<TOuter>(Func<TOuter, T> outerGet, Func<TOuter, T, TOuter> outerWith, string outerGroup) =>
            new Typed<TOuter, TValue>(
                Key, Description, type, outer => get(outerGet(outer)), (outer, value) => outerWith(outer, with(outerGet(outer), value)),
                outer => idleness(outerGet(outer)), outerGroup);
    }
}
