namespace Grimoire.Models.Chat.Jinja;

/// <summary>Capital and small letters, one for one (Python's few that become two, such as ß, stay as they are).</summary>
internal static class TextCase
{
    public static Text Upper(Text text) => text.With(text.Chars.ToUpperInvariant());

    public static Text Lower(Text text) => text.With(text.Chars.ToLowerInvariant());

    /// <summary>The first letter capital, all others small.</summary>
    public static Text Capitalize(Text text) => text.Chars.Length == 0 ? text
        : text.With(string.Concat(text.Chars[..1].ToUpperInvariant(), text.Chars[1..].ToLowerInvariant()));

    /// <summary>The filter <c>title</c>: capitals after space, a hyphen or an opening bracket.</summary>
    public static Text WordsCapitalized(Text text) => Title(text, c => Python.IsSpace(c) || c is '-' or '(' or '{' or '[' or '<');

    /// <summary>The method <c>title</c>: capitals after whatever is no letter.</summary>
    public static Text Title(Text text) => Title(text, c => !char.IsLetter(c));

    private static Text Title(Text text, Predicate<char> separates)
    {
        char[] chars = text.Chars.ToLowerInvariant().ToCharArray();
        for (int i = 0; i < chars.Length; i++)
        {
            if (i == 0 || separates(chars[i - 1]))
                chars[i] = char.ToUpperInvariant(chars[i]);
        }

        return text.With(new string(chars));
    }
}
