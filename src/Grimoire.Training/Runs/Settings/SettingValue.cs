using System.Text.Json;

namespace Grimoire.Training.Runs;

/// <summary>A value somebody gave for a setting, not yet checked: from a recipe file or from the command line.</summary>
/// <param name="Key">The setting's name.</param>
/// <param name="Texts">The value as text; several for a list, none for "no value".</param>
/// <param name="Kind">What it was in JSON; <see cref="JsonValueKind.Undefined"/> on the command line, where everything is text.</param>
/// <param name="Origin">Where it stands, for messages: <c>recipes/x.json, line 5</c> or <c>--layers</c>.</param>
public sealed record SettingValue(string Key, IReadOnlyList<string> Texts, JsonValueKind Kind, string Origin)
{
    /// <summary>Whether it was written as one of these kinds of JSON, or on the command line.</summary>
    internal bool Is(params ReadOnlySpan<JsonValueKind> kinds) => Kind == JsonValueKind.Undefined || kinds.Contains(Kind);

    /// <summary>How to show it in a message.</summary>
    internal string Shown => Kind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.Array => $"[{string.Join(", ", Texts.Select(text => $"\"{text}\""))}]",
        JsonValueKind.String or JsonValueKind.Undefined => $"\"{string.Join(", ", Texts)}\"",
        _ => Texts[0],
    };
}
