namespace Grimoire.Models.Chat.Jinja;

/// <summary>How a loop goes on after a statement.</summary>
internal enum Flow
{
    Next,
    Continue,
    Break,
}

/// <summary>A part of a template that writes or sets something.</summary>
internal abstract class Statement(Place place)
{
    public Place Place => place;

    public Flow Execute(Scope scope, TextBuilder output)
    {
        scope.Run.Place = place;
        scope.Run.Step();
        return Perform(scope, output);
    }

    protected abstract Flow Perform(Scope scope, TextBuilder output);

    /// <summary>What a statement writes, by itself.</summary>
    protected static Text Capture(Statement body, Scope scope)
    {
        var text = new TextBuilder();
        body.Execute(scope, text);
        return text.ToText();
    }
}

internal sealed class Block(Place place, IReadOnlyList<Statement> statements) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output)
    {
        foreach (Statement statement in statements)
        {
            if (statement.Execute(scope, output) is not Flow.Next and var flow)
                return flow;
        }

        return Flow.Next;
    }
}

internal sealed class Literal(Place place, Text text) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output)
    {
        scope.Run.Make(text.Chars.Length);
        output.Append(text);
        return Flow.Next;
    }
}

/// <summary><c>{{ value }}</c>.</summary>
internal sealed class Output(Place place, Expression value) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output)
    {
        Text text = Python.Str(value.Evaluate(scope), scope.Run);
        scope.Run.Make(text.Chars.Length);
        output.Append(text);
        return Flow.Next;
    }
}

internal sealed class If(Place place, IReadOnlyList<(Expression Condition, Block Body)> branches, Block? otherwise) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output)
    {
        foreach ((Expression condition, Block body) in branches)
        {
            if (condition.Evaluate(scope).IsTrue)
                return body.Execute(scope, output);
        }

        return otherwise?.Execute(scope, output) ?? Flow.Next;
    }
}

internal sealed class Jump(Place place, Flow flow) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output) => flow;
}

internal sealed class Do(Place place, Expression value) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output)
    {
        value.Evaluate(scope);
        return Flow.Next;
    }
}

internal sealed class Set(Place place, Target target, Expression value) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output)
    {
        target.Assign(value.Evaluate(scope), scope);
        return Flow.Next;
    }
}

/// <summary><c>{% set name %}…{% endset %}</c>.</summary>
internal sealed class SetBlock(Place place, Target target, Block body, Expression filtered) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output)
    {
        var inner = new Scope(scope);
        inner.Set(Scope.Captured, Capture(body, inner));
        target.Assign(filtered.Evaluate(inner), scope);
        return Flow.Next;
    }
}

/// <summary><c>{% filter name %}…{% endfilter %}</c>.</summary>
internal sealed class FilterBlock(Place place, Block body, Expression filtered) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output)
    {
        var inner = new Scope(scope);
        inner.Set(Scope.Captured, Capture(body, inner));
        output.Append(Python.Str(filtered.Evaluate(inner), scope.Run));
        return Flow.Next;
    }
}

internal sealed class With(Place place, IReadOnlyList<(Target Target, Expression Value)> values, Block body) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output)
    {
        var inner = new Scope(scope);
        Value[] computed = [.. values.Select(pair => pair.Value.Evaluate(scope))];
        for (int i = 0; i < computed.Length; i++)
            values[i].Target.Assign(computed[i], inner);
        return body.Execute(inner, output);
    }
}

/// <summary><c>{% generation %}…{% endgeneration %}</c>: what stands between is the assistant's.</summary>
internal sealed class Generation(Place place, Block body) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output)
    {
        int start = output.Length;
        Flow flow = body.Execute(new Scope(scope), output);
        output.MarkGenerated(start);
        return flow;
    }
}
