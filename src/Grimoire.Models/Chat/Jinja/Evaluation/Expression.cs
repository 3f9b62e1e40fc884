using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>A part of a template that has a value.</summary>
internal abstract class Expression(Place place)
{
    public Place Place => place;

    /// <summary>Computes the value.</summary>
    public Value Evaluate(Scope scope)
    {
        scope.Run.Place = place;
        scope.Run.Step();
        return Compute(scope);
    }

    protected abstract Value Compute(Scope scope);

    /// <summary>The rendering, brought back to this place after operands were computed.</summary>
    protected Execution Here(Scope scope)
    {
        scope.Run.Place = place;
        return scope.Run;
    }
}

internal sealed class Constant(Place place, Value value) : Expression(place)
{
    protected override Value Compute(Scope scope) => value;
}

internal sealed class Variable(Place place, string name) : Expression(place)
{
    protected override Value Compute(Scope scope) => scope.Find(name) ?? Globals.Find(name) ?? new Undefined(name.Quoted());
}

internal sealed class SequenceLiteral(Place place, IReadOnlyList<Expression> items, SequenceKind type) : Expression(place)
{
    protected override Value Compute(Scope scope)
    {
        scope.Run.MakeItems(items.Count);
        return new Sequence([.. items.Select(item => item.Evaluate(scope))], type);
    }
}

internal sealed class MapLiteral(Place place, IReadOnlyList<(Expression Key, Expression Value)> entries) : Expression(place)
{
    protected override Value Compute(Scope scope)
    {
        var map = new Map();
        scope.Run.MakeItems(entries.Count);
        foreach ((Expression key, Expression value) in entries)
        {
            Value name = key.Evaluate(scope);
            if (!Map.CanBeKey(name))
                throw Here(scope).Error($"a {name.Kind} cannot be a key");
            map.Set(name, value.Evaluate(scope));
        }

        return map;
    }
}

/// <summary><c>a if b else c</c>; without an else it may be nothing.</summary>
internal sealed class Choice(Place place, Expression condition, Expression value, Expression? otherwise) : Expression(place)
{
    protected override Value Compute(Scope scope) =>
        condition.Evaluate(scope).IsTrue ? value.Evaluate(scope) : otherwise?.Evaluate(scope) ?? new Undefined("the value of an 'if' without 'else'");
}

internal sealed class Or(Place place, Expression left, Expression right) : Expression(place)
{
    protected override Value Compute(Scope scope) => left.Evaluate(scope) is { IsTrue: true } value ? value : right.Evaluate(scope);
}

internal sealed class And(Place place, Expression left, Expression right) : Expression(place)
{
    protected override Value Compute(Scope scope) => left.Evaluate(scope) is { IsTrue: false } value ? value : right.Evaluate(scope);
}

internal sealed class Not(Place place, Expression operand) : Expression(place)
{
    protected override Value Compute(Scope scope) => !operand.Evaluate(scope).IsTrue;
}

/// <summary><c>a &lt; b &lt;= c</c>: each operand is computed once, and no more of them than needed.</summary>
internal sealed class Comparison(Place place, Expression first, IReadOnlyList<(string Sign, Expression Operand)> rest) : Expression(place)
{
    protected override Value Compute(Scope scope)
    {
        Value left = first.Evaluate(scope);
        foreach ((string sign, Expression operand) in rest)
        {
            Value right = operand.Evaluate(scope);
            scope.Run.Scan(left);
            scope.Run.Scan(right);
            if (!Holds(left, sign, right, Here(scope)))
                return false;
            left = right;
        }

        return true;
    }

    private static bool Holds(Value left, string sign, Value right, Execution run) => sign switch
    {
        "==" => Comparing.AreEqual(left, right, run),
        "!=" => !Comparing.AreEqual(left, right, run),
        "in" => Comparing.Contains(right, left, run),
        "not in" => !Comparing.Contains(right, left, run),
        "<" => Comparing.Order(left, right, run) < 0,
        "<=" => Comparing.Order(left, right, run) <= 0,
        ">" => Comparing.Order(left, right, run) > 0,
        _ => Comparing.Order(left, right, run) >= 0,
    };
}

internal sealed class Binary(Place place, string sign, Expression left, Expression right) : Expression(place)
{
    protected override Value Compute(Scope scope)
    {
        Value a = left.Evaluate(scope), b = right.Evaluate(scope);
        return Arithmetic.Apply(sign, a, b, Here(scope));
    }
}

internal sealed class Sign(Place place, bool negative, Expression operand) : Expression(place)
{
    protected override Value Compute(Scope scope)
    {
        Value value = operand.Evaluate(scope);
        if (negative && value is Float real)
            return new Float(-real.Number); // 0 - 0.0 would lose the sign
        return negative ? Arithmetic.Apply("-", 0, value, Here(scope)) : Arithmetic.Apply("+", 0, value, Here(scope));
    }
}

/// <summary><c>a ~ b</c>: the texts of values, one after the other.</summary>
internal sealed class Joining(Place place, IReadOnlyList<Expression> parts) : Expression(place)
{
    protected override Value Compute(Scope scope)
    {
        var text = new TextBuilder();
        foreach (Expression part in parts)
        {
            Text piece = Python.Str(part.Evaluate(scope), scope.Run);
            Here(scope).Make(piece.Chars.Length);
            text.Append(piece);
        }

        return text.ToText();
    }
}
