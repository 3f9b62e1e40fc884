namespace Grimoire.Models.Chat.Jinja;

/// <summary>Reads the statements of a template.</summary>
internal sealed class Parser
{
    private readonly TokenCursor tokens;
    private readonly ExpressionParser expressions;
    private int loops;
    private bool marksGeneration;

    private Parser(TokenCursor tokens) => (this.tokens, expressions) = (tokens, new ExpressionParser(tokens));

    /// <summary>Reads a template.</summary>
    /// <exception cref="GrimoireException">It is no template, or uses what chat templates have no use for.</exception>
    public static Block Read(string source, out bool marksGeneration)
    {
        var parser = new Parser(new TokenCursor(Lexer.Read(source)));
        Block body = parser.ReadBlock(null);
        marksGeneration = parser.marksGeneration;
        return parser.tokens.Current.Kind == TokenKind.EndOfTemplate ? body
            : throw SyntaxError.At(parser.tokens.Place, $"'{parser.tokens.Current.Text}' belongs to no open block");
    }

    /// <summary>Statements up to a tag with one of the given names, whose name is then the current token; without names up to the end.</summary>
    private Block ReadBlock(string? opener, params ReadOnlySpan<string> ends)
    {
        Place place = tokens.Place;
        List<Statement> statements = [];
        tokens.Enter();
        while (tokens.Current.Kind != TokenKind.EndOfTemplate)
        {
            Token token = tokens.Take();
            if (token.Kind == TokenKind.Data)
            {
                statements.Add(new Literal(token.Place, new Text(token.Text)));
            }
            else if (token.Kind == TokenKind.OutputBegin)
            {
                statements.Add(new Output(token.Place, expressions.ReadTuple()));
                tokens.Expect(TokenKind.OutputEnd, "'}}'");
            }
            else
            {
                if (tokens.Current.Kind == TokenKind.Name && (ends.Contains(tokens.Current.Text) || IsEnd(tokens.Current.Text)))
                    break;
                statements.Add(ReadStatement());
            }
        }

        tokens.Leave();
        bool ended = ends.IsEmpty || ends.Contains(tokens.Current.Text);
        return ended ? new Block(place, statements) : throw SyntaxError.At(place, $"'{opener}' has no '{ends[^1]}'");
    }

    private static bool IsEnd(string name) => name is "elif" or "else" || name.StartsWith("end", StringComparison.Ordinal);

    private Statement ReadStatement()
    {
        Token name = tokens.Expect(TokenKind.Name, "a statement");
        return name.Text switch
        {
            "if" => ReadIf(name.Place),
            "for" => ReadFor(name.Place),
            "set" => ReadSet(name.Place),
            "macro" => ReadMacro(name.Place),
            "call" => ReadCall(name.Place),
            "filter" => ReadFilter(name.Place),
            "with" => ReadWith(name.Place),
            "generation" => ReadGeneration(name.Place),
            "break" or "continue" => ReadJump(name),
            "do" => ReadDo(name.Place),
            "include" or "import" or "from" or "extends" or "block" =>
                throw SyntaxError.At(name.Place, $"'{name.Text}' needs other files, which a chat template has not"),
            _ => throw SyntaxError.At(name.Place, $"there is no statement {name.Shown}"),
        };
    }

    /// <summary>The body of a block and its end tag.</summary>
    private Block ReadBody(string opener, string end)
    {
        tokens.ExpectStatementEnd();
        Block body = ReadBlock(opener, end);
        tokens.ExpectName(end);
        return body;
    }

    private If ReadIf(Place place)
    {
        List<(Expression, Block)> branches = [];
        Block? otherwise = null;
        do
        {
            Expression condition = expressions.ReadTuple();
            tokens.ExpectStatementEnd();
            branches.Add((condition, ReadBlock("if", "elif", "else", "endif")));
        }
        while (tokens.SkipName("elif"));
        if (tokens.SkipName("else"))
        {
            tokens.ExpectStatementEnd();
            otherwise = ReadBlock("else", "endif");
        }

        tokens.ExpectName("endif");
        tokens.ExpectStatementEnd();
        return new If(place, branches, otherwise);
    }

    private For ReadFor(Place place)
    {
        Target target = ReadTarget(attributes: false);
        tokens.ExpectName("in");
        Expression items = expressions.ReadTuple(inlineIf: false);
        Expression? condition = tokens.SkipName("if") ? expressions.Read() : null;
        bool recursive = tokens.SkipName("recursive");
        tokens.ExpectStatementEnd();
        loops++;
        Block body = ReadBlock("for", "else", "endfor");
        loops--;
        Block? otherwise = null;
        if (tokens.SkipName("else"))
        {
            tokens.ExpectStatementEnd();
            otherwise = ReadBlock("else", "endfor");
        }

        tokens.ExpectName("endfor");
        tokens.ExpectStatementEnd();
        return new For(place, target, items, condition, body, otherwise, recursive);
    }

    private Statement ReadSet(Place place)
    {
        Target target = ReadTarget(attributes: true);
        if (tokens.Skip("="))
        {
            Expression value = expressions.ReadTuple();
            tokens.ExpectStatementEnd();
            return new Set(place, target, value);
        }

        Expression filtered = new Variable(place, Scope.Captured);
        while (tokens.Skip("|"))
            filtered = expressions.ReadFilter(filtered);
        Block body = ReadBody("set", "endset");
        tokens.ExpectStatementEnd();
        return new SetBlock(place, target, body, filtered);
    }

    /// <summary>One name, an attribute of a namespace, or several of them, nested if need be.</summary>
    private Target ReadTarget(bool attributes)
    {
        List<Target> targets = [ReadOneTarget(attributes)];
        bool several = false;
        while (tokens.Skip(","))
        {
            several = true;
            if (tokens.IsName("in") || tokens.Is("=") || tokens.Is(")"))
                break;
            targets.Add(ReadOneTarget(attributes));
        }

        return several ? new TupleTarget(targets) : targets[0];
    }

    private Target ReadOneTarget(bool attributes)
    {
        if (tokens.Skip("("))
        {
            tokens.Enter();
            Target inner = ReadTarget(attributes);
            tokens.Leave();
            tokens.Expect(")");
            return inner;
        }

        Place place = tokens.Place;
        string name = tokens.ExpectName();
        return attributes && tokens.Skip(".") ? new AttributeTarget(place, name, tokens.ExpectName()) : new NameTarget(name);
    }

    private SetMacro ReadMacro(Place place)
    {
        string name = tokens.ExpectName();
        MacroSignature signature = ReadSignature();
        int outer = loops;
        loops = 0;
        Block body = ReadBody("macro", "endmacro");
        loops = outer;
        if (tokens.Current.Kind == TokenKind.Name)
            tokens.ExpectName(name);
        tokens.ExpectStatementEnd();
        return new SetMacro(place, new Macro(name, signature, body));
    }

    private MacroSignature ReadSignature()
    {
        List<string> names = [];
        List<Expression> defaults = [];
        tokens.Expect("(");
        while (!tokens.Is(")"))
        {
            names.Add(tokens.ExpectName());
            if (tokens.Skip("="))
                defaults.Add(expressions.Read());
            else if (defaults.Count > 0)
                throw tokens.Unexpected("'=' and a default");
            if (!tokens.Skip(","))
                break;
        }

        tokens.Expect(")");
        return new MacroSignature(names, defaults);
    }

    private CallBlock ReadCall(Place place)
    {
        MacroSignature signature = tokens.Is("(") ? ReadSignature() : MacroSignature.Empty;
        Expression expression = expressions.Read();
        if (expression is not Call call)
            throw SyntaxError.At(place, "'call' needs the call of a macro");
        Block body = ReadBody("call", "endcall");
        tokens.ExpectStatementEnd();
        return new CallBlock(place, call, new Macro("caller", signature, body));
    }

    private FilterBlock ReadFilter(Place place)
    {
        Expression filtered = expressions.ReadFilter(new Variable(place, Scope.Captured));
        while (tokens.Skip("|"))
            filtered = expressions.ReadFilter(filtered);
        Block body = ReadBody("filter", "endfilter");
        tokens.ExpectStatementEnd();
        return new FilterBlock(place, body, filtered);
    }

    private With ReadWith(Place place)
    {
        List<(Target, Expression)> values = [];
        while (tokens.Current.Kind != TokenKind.StatementEnd)
        {
            Target target = ReadOneTarget(attributes: false);
            tokens.Expect("=");
            values.Add((target, expressions.Read()));
            if (!tokens.Skip(","))
                break;
        }

        Block body = ReadBody("with", "endwith");
        tokens.ExpectStatementEnd();
        return new With(place, values, body);
    }

    private Generation ReadGeneration(Place place)
    {
        marksGeneration = true;
        Block body = ReadBody("generation", "endgeneration");
        tokens.ExpectStatementEnd();
        return new Generation(place, body);
    }

    private Jump ReadJump(Token name)
    {
        if (loops == 0)
            throw SyntaxError.At(name.Place, $"'{name.Text}' stands outside of a loop");
        tokens.ExpectStatementEnd();
        return new Jump(name.Place, name.Text == "break" ? Flow.Break : Flow.Continue);
    }

    private Do ReadDo(Place place)
    {
        Expression value = expressions.ReadTuple();
        tokens.ExpectStatementEnd();
        return new Do(place, value);
    }
}
