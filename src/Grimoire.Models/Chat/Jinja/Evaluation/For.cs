namespace Grimoire.Models.Chat.Jinja;

/// <summary><c>{% for … in … if … %}…{% else %}…{% endfor %}</c>; <c>loop</c> tells where it is.</summary>
internal sealed class For(Place place, Target target, Expression items, Expression? condition, Block body, Block? otherwise, bool recursive) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output)
    {
        Run(items.Evaluate(scope), 1, scope, output);
        return Flow.Next;
    }

    private void Run(Value values, int depth, Scope scope, TextBuilder output)
    {
        IReadOnlyList<Value> chosen = Choose(Iteration.Items(values, scope.Run), scope);
        var state = new LoopState(chosen, depth);
        var loop = new Callable("loop", (arguments, run) => Recurse(arguments, depth, scope, run)) { Attribute = state.Attribute };
        bool ranThrough = false;
        for (int i = 0; i < chosen.Count; i++)
        {
            state.Index = i;
            var inner = new Scope(scope);
            inner.Set("loop", loop);
            target.Assign(chosen[i], inner);
            Flow flow = body.Execute(inner, output);
            ranThrough |= flow == Flow.Next;
            if (flow == Flow.Break)
                break;
        }

        if (!ranThrough) // Jinja's else also follows a loop of which no round came to its end
            otherwise?.Execute(new Scope(scope), output);
    }

    private IReadOnlyList<Value> Choose(IReadOnlyList<Value> values, Scope scope)
    {
        if (condition is null)
            return values;
        List<Value> chosen = [];
        foreach (Value value in values)
        {
            var inner = new Scope(scope);
            target.Assign(value, inner);
            if (condition.Evaluate(inner).IsTrue)
                chosen.Add(value);
        }

        return chosen;
    }

    private Text Recurse(Arguments arguments, int depth, Scope scope, Execution run)
    {
        if (!recursive)
            throw run.Error("loop(…) needs a loop that is marked 'recursive'");
        run.Step();
        var text = new TextBuilder();
        Run(arguments.Bind("loop", ["iterable"], run)[0] ?? throw run.Error("loop(…) needs values"), depth + 1, scope, text);
        return text.ToText();
    }
}

/// <summary>What <c>loop</c> tells.</summary>
internal sealed class LoopState(IReadOnlyList<Value> items, int depth)
{
    private Arguments? last;

    public int Index { get; set; }

    public Value? Attribute(string name) => name switch
    {
        "index" => Index + 1,
        "index0" => Index,
        "revindex" => items.Count - Index,
        "revindex0" => items.Count - Index - 1,
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => items.Count,
        "depth" => depth,
        "depth0" => depth - 1,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("the item before the first one"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new Undefined("the item after the last one"),
        "cycle" => new Callable("cycle", Cycle),
        "changed" => new Callable("changed", Changed),
        _ => null,
    };

    private Value Cycle(Arguments values, Execution run) =>
        values.Positional.Count > 0 ? values.Positional[Index % values.Positional.Count] : throw run.Error("cycle needs values");

    private Value Changed(Arguments values, Execution run)
    {
        bool same = last is not null && last.Positional.Count == values.Positional.Count
            && last.Positional.Zip(values.Positional).All(pair => Comparing.AreEqual(pair.First, pair.Second, run));
        last = values;
        return !same;
    }
}
