using System.Runtime.CompilerServices;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>A place in the tokens of a template, from which a parser takes what it expects.</summary>
internal sealed class TokenCursor(IReadOnlyList<Token> tokens)
{
    private const int MaxDepth = 100;

    private int at;
    private int depth;

    public Token Current => tokens[at];

    public Place Place => tokens[at].Place;

    public bool Is(string sign) => Current.Is(TokenKind.Operator, sign);

    public bool IsName(string name) => Current.Is(TokenKind.Name, name);

    public Token Take() => Current.Kind == TokenKind.EndOfTemplate ? Current : tokens[at++];

    /// <summary>Takes an operator if it is there.</summary>
    public bool Skip(string sign)
    {
        if (!Is(sign))
            return false;
        at++;
        return true;
    }

    /// <summary>Takes a name if it is there.</summary>
    public bool SkipName(string name)
    {
        if (!IsName(name))
            return false;
        at++;
        return true;
    }

    /// <summary>Takes <c>not in</c> if it is there.</summary>
    public bool SkipNotIn()
    {
        if (!IsName("not") || !tokens[at + 1].Is(TokenKind.Name, "in"))
            return false;
        at += 2;
        return true;
    }

    /// <summary>Whether a name is followed by a single <c>=</c>: a named argument.</summary>
    public bool IsNamedArgument => Current.Kind == TokenKind.Name && tokens[at + 1].Is(TokenKind.Operator, "=");

    public void Expect(string sign)
    {
        if (!Skip(sign))
            throw Unexpected($"'{sign}'");
    }

    public void ExpectName(string name)
    {
        if (!SkipName(name))
            throw Unexpected($"'{name}'");
    }

    public string ExpectName() => Expect(TokenKind.Name, "a name").Text;

    public void ExpectStatementEnd() => Expect(TokenKind.StatementEnd, "'%}'");

    public Token Expect(TokenKind kind, string shown) => Current.Kind == kind ? Take() : throw Unexpected(shown);

    public GrimoireException Unexpected(string expected) => SyntaxError.At(Place, $"{expected} is expected, not {Current.Shown}");

    /// <summary>Goes one level deeper into nested brackets or blocks; no template needs many.</summary>
    public void Enter()
    {
        if (++depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw SyntaxError.At(Place, $"it is nested deeper than {MaxDepth} levels");
    }

    public void Leave() => depth--;
}
