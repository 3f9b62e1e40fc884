using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// Rewrites a regular expression of Oniguruma's dialect, in which tokenizer files are written, in .NET's: word characters by Unicode's
/// definition, possessive quantifiers, classes within classes.
/// </summary>
internal sealed class RubyPattern
{
    // What is alphabetic, marks, decimal digits and connectors; the Latin-1 numbers only outside classes.
    private const string Word = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9", FreeWord = @$"{Word}\u00B2\u00B3\u00B9\u00BC-\u00BE", HexDigit = "0-9A-Fa-f";
    private const int DeepestClass = 8;
    private readonly string _pattern;
    private readonly StringBuilder _result = new();
    private readonly Stack<int> _groups = [];
    private int _at;

    private RubyPattern(string pattern) => _pattern = pattern;

    /// <summary>The pattern in .NET's dialect.</summary>
    /// <exception cref="ArgumentException">It uses something that has no like here.</exception>
    public static string Translate(string pattern)
    {
        var translation = new RubyPattern(pattern);
        // Where the last thing began that a quantifier may follow.
        int atom = 0;
        while (translation._at < pattern.Length)
            translation.Next(ref atom);
        return translation._result.ToString();
    }

    private void Next(ref int atom)
    {
        char value = _pattern[_at++];
        switch (value)
        {
            case '*' or '+' or '?':
                _result.Append(value);
                Possessive(atom);
                return;
            case '(':
                _groups.Push(_result.Length);
                _result.Append(value);
                if (Peek('?'))
                    _result.Append(_pattern[_at++]);
                break;
            case ')':
                atom = _groups.TryPop(out int start) ? start : _result.Length;
                _result.Append(value);
                return;
            case '{' when Count() is { } count:
                _result.Append(count);
                if (Peek('+'))
                    _result.Insert(atom, "(?:").Append(')');
                return;
            case '[':
                atom = _result.Length;
                bool negated = Peek('^');
                _at += negated ? 1 : 0;
                _result.Append(negated ? "[^" : "[").Append(Class(1)).Append(']');
                return;
            case '\\':
                atom = _result.Length;
                _result.Append(Escape(FreeWord));
                return;
            default:
                atom = _result.Length;
                _result.Append(value);
                return;
        }
    }

    /// <summary>The rest of a quantifier in braces with them, or null where the brace stands for itself.</summary>
    private string? Count()
    {
        int end = _pattern.IndexOf('}', _at);
        if (end <= _at || !_pattern[_at..end].All(value => char.IsAsciiDigit(value) || value == ','))
            return null;
        string count = _pattern[(_at - 1)..(end + 1)];
        _at = end + 1;
        return count;
    }

    /// <summary>A plus after a quantifier: what matched is not given back.</summary>
    private void Possessive(int atom)
    {
        if (!Peek('+'))
        {
            if (Peek('?'))
                _result.Append(_pattern[_at++]);
            return;
        }

        _at++;
        _result.Insert(atom, "(?>").Append(')');
    }

    private string Escape(string word)
    {
        if (_at == _pattern.Length)
            return "\\";
        char value = _pattern[_at++];
        return value switch
        {
            'w' => $"[{word}]",
            'W' => $"[^{word}]",
            'b' when word == FreeWord => $"(?:(?<=[{word}])(?![{word}])|(?<![{word}])(?=[{word}]))",
            'B' when word == FreeWord => $"(?:(?<=[{word}])(?=[{word}])|(?<![{word}])(?![{word}]))",
            'h' => $"[{HexDigit}]",
            'H' => $"[^{HexDigit}]",
            'p' or 'P' => Property(value),
            _ => $"\\{value}",
        };
    }

    /// <summary>The rest of a class, its closing bracket read and left out. A class within it adds its members.</summary>
    private string Class(int depth)
    {
        var members = new StringBuilder();
        bool first = true;
        for (; _at < _pattern.Length; first = false)
        {
            char value = _pattern[_at++];
            if (value == ']' && !first)
                return members.ToString();
            if (value == '&' && Peek('&'))
                throw new ArgumentException("intersections of character classes are not supported");
            if (value == '[' && (Peek('^') || Peek(':') || depth == DeepestClass || (members.Length > 0 && members[^1] == '-')))
                throw new ArgumentException("negated, named and deep classes within classes are not supported");
            members.Append(value switch
            {
                '[' => Class(depth + 1),
                '\\' => ClassEscape(),
                ']' => @"\]",
                _ => value.ToString(),
            });
        }

        throw new ArgumentException("a character class is not closed");
    }

    private string ClassEscape()
    {
        string escape = Escape(Word);
        return !escape.StartsWith('[') ? escape
            : escape[1] != '^' ? escape[1..^1]
            : throw new ArgumentException("negated classes within classes are not supported");
    }

    private string Property(char value)
    {
        int end = Peek('{') ? _pattern.IndexOf('}', _at) : -1;
        if (end < 0)
            return $"\\{value}";
        string name = _pattern[(_at + 1)..end];
        _at = end + 1;
        bool negated = name.StartsWith('^') != (value == 'P');
        name = name.TrimStart('^');
        return UnicodeScripts.Members(name) is { } members ? $"[{(negated ? "^" : "")}{members}]" : $@"\{(negated ? 'P' : 'p')}{{{name}}}";
    }

    private bool Peek(char value) => _at < _pattern.Length && _pattern[_at] == value;
}
