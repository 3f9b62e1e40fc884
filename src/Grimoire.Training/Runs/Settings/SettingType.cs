using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Grimoire.Training.Runs;

/// <summary>A type of setting: what is accepted, and how it is read and written. Nothing is converted silently.</summary>
/// <typeparam name="TValue">The type in C#.</typeparam>
public sealed class SettingType<TValue>
{
    internal delegate bool Parser(SettingValue given, [MaybeNullWhen(false)] out TValue value);

    internal SettingType(string expected, Parser parse, Func<TValue, JsonNode?> write, bool isList = false, bool isFlag = false) =>
        (Expected, Parse, Write, IsList, IsFlag) = (expected, parse, write, isList, isFlag);

    /// <summary>What is accepted, in words: "an integer from 1 to 512".</summary>
    public string Expected { get; }

    /// <summary>Several values may be given.</summary>
    public bool IsList { get; }

    /// <summary>True or false; naming it on the command line without a value means true.</summary>
    public bool IsFlag { get; }

    internal Parser Parse { get; }

    internal Func<TValue, JsonNode?> Write { get; }
}

/// <summary>The types of settings.</summary>
public static class SettingTypes
{
    /// <summary>An integer in a range.</summary>
    public static SettingType<long> Integer(long minimum, long maximum = long.MaxValue) => InRange(
        maximum == long.MaxValue ? Invariant($"an integer from {minimum} on") : Invariant($"an integer from {minimum} to {maximum}"),
        minimum, maximum, NumberStyles.AllowLeadingSign, value => JsonValue.Create(value));

    /// <summary>An integer that counts things: it fits in 32 bits.</summary>
    public static SettingType<int> Count(int minimum, int maximum) => InRange(
        Invariant($"an integer from {minimum} to {maximum}"), minimum, maximum, NumberStyles.AllowLeadingSign, value => JsonValue.Create(value));

    /// <summary>A finite number in a range, ends included.</summary>
    public static SettingType<double> Number(double minimum, double maximum) => InRange(
        Invariant($"a number from {minimum} to {maximum}"), minimum, maximum, NumberStyles.Float, value => JsonValue.Create(value));

    /// <summary>True or false.</summary>
    public static SettingType<bool> Flag { get; } = new(
        "true or false",
        (SettingValue given, out bool value) =>
        {
            value = false;
            return given.Is(JsonValueKind.True, JsonValueKind.False) && given.Texts.Count == 1 && bool.TryParse(given.Texts[0], out value);
        },
        value => JsonValue.Create(value),
        isFlag: true);

    /// <summary>Some text.</summary>
    public static SettingType<string> Text(string expected) => new(
        expected,
        (SettingValue given, [MaybeNullWhen(false)] out string value) =>
        {
            value = given.Texts.Count == 1 && given.Is(JsonValueKind.String) ? given.Texts[0] : null;
            return value is not null;
        },
        value => JsonValue.Create(value));

    /// <summary>One of an enumeration's names, in lower case.</summary>
    public static SettingType<TEnum> Choice<TEnum>()
        where TEnum : struct, Enum =>
        Choice([.. Enum.GetValues<TEnum>().Select(value => (value.ToString().ToLower(CultureInfo.InvariantCulture), value))]);

    /// <summary>One of some named values.</summary>
    public static SettingType<TEnum> Choice<TEnum>(params (string Name, TEnum Value)[] choices)
        where TEnum : struct, Enum => new(
            string.Join(", ", choices.SkipLast(1).Select(c => c.Name)) + " or " + choices[^1].Name,
            (SettingValue given, out TEnum value) =>
            {
                int at = given.Is(JsonValueKind.String) && given.Texts.Count == 1 ? Array.FindIndex(choices, c => c.Name == given.Texts[0]) : -1;
                value = at >= 0 ? choices[at].Value : default;
                return at >= 0;
            },
            value => JsonValue.Create(choices.First(c => c.Value.Equals(value)).Name));

    /// <summary>A list of texts.</summary>
    public static SettingType<IReadOnlyList<string>> Texts(string expected) => new(
        expected,
        (SettingValue given, [MaybeNullWhen(false)] out IReadOnlyList<string> value) =>
        {
            value = given.Is(JsonValueKind.Array) ? given.Texts : null;
            return value is not null;
        },
        value => new JsonArray([.. value.Select(text => JsonValue.Create(text))]),
        isList: true);

    /// <summary>A chat format: a name, a file or <c>none</c>, which here is a value; <c>null</c>, in a file, is the model's own.</summary>
    public static SettingType<string?> ConversationFormat { get; } = new(
        "a name, a file or none",
        (SettingValue given, out string? value) =>
        {
            value = null;
            return given.Kind == JsonValueKind.Null || Text("").Parse(given, out value);
        },
        value => JsonValue.Create(value));

    /// <summary>A type whose value may be missing: <c>null</c> in a file, <c>none</c> on the command line.</summary>
    public static SettingType<TValue?> OrNone<TValue>(this SettingType<TValue> type)
        where TValue : struct => new(
            type.Expected + ", or none",
            (SettingValue given, out TValue? value) =>
            {
                value = null;
                if (IsNone(given))
                    return true;
                bool good = type.Parse(given, out TValue inner);
                value = inner;
                return good;
            },
            value => value is { } v ? type.Write(v) : null);

    /// <summary>Text that may be missing: <c>null</c> in a file, <c>none</c> on the command line.</summary>
    public static SettingType<string?> OrNone(this SettingType<string> type) => new(
        type.Expected + ", or none",
        (SettingValue given, out string? value) =>
        {
            value = null;
            return IsNone(given) || type.Parse(given, out value);
        },
        value => value is null ? null : type.Write(value));

    private static SettingType<T> InRange<T>(string expected, T minimum, T maximum, NumberStyles style, Func<T, JsonNode?> write)
        where T : struct, INumber<T> => new(
            expected,
            (SettingValue given, out T value) =>
            {
                value = default;
                return given.Is(JsonValueKind.Number) && given.Texts.Count == 1
                    && T.TryParse(given.Texts[0], style, CultureInfo.InvariantCulture, out value) && value >= minimum && value <= maximum;
            },
            write);

    private static bool IsNone(SettingValue given) =>
        given.Kind == JsonValueKind.Null || (given.Kind == JsonValueKind.Undefined && given.Texts is ["none"]);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
