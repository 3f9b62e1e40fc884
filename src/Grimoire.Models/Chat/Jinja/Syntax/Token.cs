using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>A place in a template, from 1 on.</summary>
internal readonly record struct Place(int Line, int Column)
{
    public override string ToString() => $"line {Line}, column {Column}";
}

internal enum TokenKind
{
    /// <summary>Text outside of all tags, whitespace control done.</summary>
    Data,
    StatementBegin,
    StatementEnd,
    OutputBegin,
    OutputEnd,
    Name,
    Integer,
    Float,
    String,
    Operator,
    EndOfTemplate,
}

/// <summary>A token of a template; <paramref name="Text"/> is the value of a string, not its spelling.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, Place Place)
{
    public bool Is(TokenKind kind, string text) => Kind == kind && Text == text;

    /// <summary>The token as a message names it.</summary>
    public string Shown => Kind switch
    {
        TokenKind.Data => "text",
        TokenKind.StatementBegin => "'{%'",
        TokenKind.StatementEnd => "'%}'",
        TokenKind.OutputBegin => "'{{'",
        TokenKind.OutputEnd => "'}}'",
        TokenKind.EndOfTemplate => "the end of the template",
        TokenKind.String => $"the string {Text.Quoted()}",
        _ => Text.Quoted(),
    };
}
