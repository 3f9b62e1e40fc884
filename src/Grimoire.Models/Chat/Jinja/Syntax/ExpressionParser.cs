using System.Globalization;
using System.Numerics;
using System.Text;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>Reads expressions, by Jinja's precedence: <c>if else · or · and · not · comparison · + - · ~ · * / // % · ** · unary · | is</c>.</summary>
internal sealed class ExpressionParser(TokenCursor tokens)
{
    private const int MaxDigits = 1000;

    /// <summary>An expression, or a tuple if there are commas.</summary>
    /// <param name="inlineIf">Whether <c>a if b else c</c> is read; not after <c>for … in</c>, where <c>if</c> filters.</param>
    public Expression ReadTuple(bool inlineIf = true)
    {
        Place place = tokens.Place;
        Expression first = inlineIf ? Read() : ReadOr();
        if (!tokens.Is(","))
            return first;
        List<Expression> items = [first];
        while (tokens.Skip(",") && !EndsTuple())
            items.Add(inlineIf ? Read() : ReadOr());
        return new SequenceLiteral(place, items, SequenceKind.Tuple);
    }

    public Expression Read()
    {
        tokens.Enter();
        Expression value = ReadOr();
        while (tokens.Current.Is(TokenKind.Name, "if"))
        {
            Place place = tokens.Take().Place;
            Expression condition = ReadOr();
            value = new Choice(place, condition, value, tokens.SkipName("else") ? Read() : null);
        }

        tokens.Leave();
        return value;
    }

    /// <summary>A filter's name, dotted if need be, and its arguments.</summary>
    public Expression ReadFilter(Expression subject)
    {
        Place place = tokens.Place;
        string name = ReadDottedName();
        return new FilterCall(place, subject, name, tokens.Is("(") ? ReadArguments() : ArgumentList.None);
    }

    public ArgumentList ReadArguments()
    {
        List<(ArgumentKind, string, Expression)> arguments = [];
        tokens.Expect("(");
        while (!tokens.Is(")"))
        {
            if (tokens.Skip("**"))
                arguments.Add((ArgumentKind.Mapping, "", Read()));
            else if (tokens.Skip("*"))
                arguments.Add((ArgumentKind.Sequence, "", Read()));
            else if (tokens.IsNamedArgument)
                arguments.Add((ArgumentKind.Named, TakeNameAndEquals(), Read()));
            else
                arguments.Add((ArgumentKind.Positional, "", Read()));
            if (!tokens.Skip(","))
                break;
        }

        tokens.Expect(")");
        return new ArgumentList(arguments);
    }

    private bool EndsTuple() => tokens.Current.Kind is TokenKind.StatementEnd or TokenKind.OutputEnd || tokens.Is(")") || tokens.Is("=") || tokens.IsName("in");

    private string TakeNameAndEquals()
    {
        string name = tokens.Take().Text;
        tokens.Expect("=");
        return name;
    }

    private string ReadDottedName()
    {
        List<string> parts = [tokens.ExpectName()];
        while (tokens.Skip("."))
            parts.Add(tokens.ExpectName());
        return string.Join('.', parts);
    }

    private Expression ReadOr()
    {
        Expression left = ReadAnd();
        while (tokens.IsName("or"))
            left = new Or(tokens.Take().Place, left, ReadAnd());
        return left;
    }

    private Expression ReadAnd()
    {
        Expression left = ReadNot();
        while (tokens.IsName("and"))
            left = new And(tokens.Take().Place, left, ReadNot());
        return left;
    }

    private Expression ReadNot()
    {
        if (!tokens.IsName("not"))
            return ReadComparison();
        tokens.Enter();
        var not = new Not(tokens.Take().Place, ReadNot());
        tokens.Leave();
        return not;
    }

    private Expression ReadComparison()
    {
        Place place = tokens.Place;
        Expression first = ReadSum();
        List<(string, Expression)> rest = [];
        while (true)
        {
            if (tokens.Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" })
                rest.Add((tokens.Take().Text, ReadSum()));
            else if (tokens.SkipName("in"))
                rest.Add(("in", ReadSum()));
            else if (tokens.SkipNotIn())
                rest.Add(("not in", ReadSum()));
            else
                return rest.Count == 0 ? first : new Comparison(place, first, rest);
        }
    }

    private Expression ReadSum()
    {
        Expression left = ReadJoining();
        while (tokens.Is("+") || tokens.Is("-"))
        {
            Token sign = tokens.Take();
            left = new Binary(sign.Place, sign.Text, left, ReadJoining());
        }

        return left;
    }

    private Expression ReadJoining()
    {
        Expression first = ReadProduct();
        if (!tokens.Is("~"))
            return first;
        Place place = tokens.Place;
        List<Expression> parts = [first];
        while (tokens.Skip("~"))
            parts.Add(ReadProduct());
        return new Joining(place, parts);
    }

    private Expression ReadProduct()
    {
        Expression left = ReadPower();
        while (tokens.Current is { Kind: TokenKind.Operator, Text: "*" or "/" or "//" or "%" })
        {
            Token sign = tokens.Take();
            left = new Binary(sign.Place, sign.Text, left, ReadPower());
        }

        return left;
    }

    private Expression ReadPower()
    {
        Expression left = ReadUnary(withFilters: true);
        while (tokens.Is("**"))
            left = new Binary(tokens.Take().Place, "**", left, ReadUnary(withFilters: true));
        return left;
    }

    private Expression ReadUnary(bool withFilters)
    {
        Expression value;
        if (tokens.Is("-") || tokens.Is("+"))
        {
            tokens.Enter();
            Token sign = tokens.Take();
            value = new Sign(sign.Place, sign.Text == "-", ReadUnary(withFilters: false));
            tokens.Leave();
        }
        else
        {
            value = ReadPrimary();
        }

        value = ReadPostfix(value);
        return withFilters ? ReadFiltersAndTests(value) : value;
    }

    private Expression ReadFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (tokens.Skip("|"))
                value = ReadFilter(value);
            else if (tokens.IsName("is"))
                value = ReadTest(value);
            else if (tokens.Is("("))
                value = new Call(tokens.Place, value, ReadArguments());
            else
                return value;
        }
    }

    private Expression ReadTest(Expression subject)
    {
        Place place = tokens.Take().Place;
        bool negated = tokens.SkipName("not");
        string name = ReadDottedName();
        ArgumentList arguments = ArgumentList.None;
        if (tokens.Is("("))
            arguments = ReadArguments();
        else if (TakesArgument())
            arguments = new ArgumentList([(ArgumentKind.Positional, "", ReadPostfix(ReadPrimary()))]);
        var test = new TestCall(place, subject, name, arguments);
        return negated ? new Not(place, test) : test;
    }

    /// <summary>Whether a test's one argument follows without brackets, as in <c>is divisibleby 2</c>.</summary>
    private bool TakesArgument() => tokens.Current.Kind switch
    {
        TokenKind.Name => tokens.Current.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not"),
        TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
        _ => tokens.Is("[") || tokens.Is("{"),
    };

    private Expression ReadPostfix(Expression value)
    {
        while (true)
        {
            Place place = tokens.Place;
            if (tokens.Skip("."))
                value = ReadMember(place, value);
            else if (tokens.Is("["))
                value = ReadSubscript(value);
            else if (tokens.Is("("))
                value = new Call(place, value, ReadArguments());
            else
                return value;
        }
    }

    private Expression ReadMember(Place place, Expression value)
    {
        Token name = tokens.Take();
        return name.Kind switch
        {
            TokenKind.Name => new Member(place, value, name.Text),
            TokenKind.Integer => new Subscript(place, value, new Constant(name.Place, Number(name))),
            _ => throw SyntaxError.At(name.Place, $"a name is expected after '.', not {name.Shown}"),
        };
    }

    private Expression ReadSubscript(Expression value)
    {
        tokens.Enter();
        Place place = tokens.Take().Place;
        Expression? start = tokens.Is(":") ? null : ReadTuple();
        if (!tokens.Skip(":"))
        {
            tokens.Expect("]");
            tokens.Leave();
            return new Subscript(place, value, start!);
        }

        Expression? stop = tokens.Is("]") || tokens.Is(":") ? null : Read();
        Expression? step = tokens.Skip(":") && !tokens.Is("]") ? Read() : null;
        tokens.Expect("]");
        tokens.Leave();
        return new Slice(place, value, start, stop, step);
    }

    private Expression ReadPrimary()
    {
        Token token = tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return ReadName(token);
            case TokenKind.String:
                var chars = new StringBuilder(token.Text);
                while (tokens.Current.Kind == TokenKind.String)
                    chars.Append(tokens.Take().Text);
                return new Constant(token.Place, chars.ToString());
            case TokenKind.Integer or TokenKind.Float:
                return new Constant(token.Place, Number(token));
            case TokenKind.Operator when token.Text is "(" or "[" or "{":
                tokens.Enter();
                Expression value = token.Text == "(" ? ReadBrackets(token.Place) : token.Text == "[" ? ReadList(token.Place) : ReadMap(token.Place);
                tokens.Leave();
                return value;
            default:
                throw SyntaxError.At(token.Place, $"a value is expected, not {token.Shown}");
        }
    }

    private static Expression ReadName(Token token) => token.Text switch
    {
        "true" or "True" => new Constant(token.Place, Bool.True),
        "false" or "False" => new Constant(token.Place, Bool.False),
        "none" or "None" => new Constant(token.Place, None.Value),
        "and" or "or" or "in" or "is" or "if" or "else" or "not" => throw SyntaxError.At(token.Place, $"a value is expected, not {token.Shown}"),
        _ => new Variable(token.Place, token.Text),
    };

    private static Value Number(Token token)
    {
        if (token.Text.Length > MaxDigits)
            throw SyntaxError.At(token.Place, $"a number has more than {MaxDigits} digits");
        return token.Kind == TokenKind.Integer
            ? new Int(BigInteger.Parse(token.Text, CultureInfo.InvariantCulture))
            : new Float(double.Parse(token.Text, CultureInfo.InvariantCulture));
    }

    private Expression ReadBrackets(Place place)
    {
        if (tokens.Skip(")"))
            return new SequenceLiteral(place, [], SequenceKind.Tuple);
        Expression value = ReadTuple();
        tokens.Expect(")");
        return value;
    }

    private SequenceLiteral ReadList(Place place)
    {
        List<Expression> items = [];
        while (!tokens.Is("]"))
        {
            items.Add(Read());
            if (!tokens.Skip(","))
                break;
        }

        tokens.Expect("]");
        return new SequenceLiteral(place, items, SequenceKind.List);
    }

    private MapLiteral ReadMap(Place place)
    {
        List<(Expression, Expression)> entries = [];
        while (!tokens.Is("}"))
        {
            Expression key = Read();
            tokens.Expect(":");
            entries.Add((key, Read()));
            if (!tokens.Skip(","))
                break;
        }

        tokens.Expect("}");
        return new MapLiteral(place, entries);
    }
}
