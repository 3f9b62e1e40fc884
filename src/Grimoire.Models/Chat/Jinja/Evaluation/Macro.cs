using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>The parameters of a macro; the defaults belong to the last ones.</summary>
internal sealed record MacroSignature(IReadOnlyList<string> Names, IReadOnlyList<Expression> Defaults)
{
    public static MacroSignature Empty { get; } = new([], []);
}

/// <summary>A piece of template with parameters. It sees the names around its definition, not those around its call.</summary>
internal sealed class Macro(string name, MacroSignature signature, Block body)
{
    public string Name => name;

    public Callable Bind(Scope scope) => new(name, (arguments, run) => Invoke(arguments, scope, run))
    {
        Attribute = attribute => attribute == "name" ? new Text(name) : null,
    };

    private Text Invoke(Arguments arguments, Scope around, Execution run)
    {
        run.Step();
        var scope = new Scope(around);
        IReadOnlyList<string> names = signature.Names;
        for (int i = 0; i < names.Count && i < arguments.Positional.Count; i++)
            scope.Set(names[i], arguments.Positional[i]);
        scope.Set("varargs", Sequence.Tuple([.. arguments.Positional.Skip(names.Count)]));
        TakeNamed(arguments, scope);
        for (int i = arguments.Positional.Count; i < names.Count; i++)
        {
            if (arguments[names[i]] is null)
                scope.Set(names[i], Default(i, scope));
        }

        Place place = run.Place;
        var text = new TextBuilder();
        body.Execute(scope, text);
        run.Place = place;
        return text.ToText();
    }

    private void TakeNamed(Arguments arguments, Scope scope)
    {
        var others = new Map();
        foreach ((string key, Value value) in arguments.Named)
        {
            if (signature.Names.Skip(arguments.Positional.Count).Contains(key) || key == "caller")
                scope.Set(key, value);
            else
                others.Set(new Text(key), value);
        }

        scope.Set("kwargs", others);
        if (scope.Find("caller") is null)
            scope.Set("caller", new Undefined("'caller'"));
    }

    private Value Default(int parameter, Scope scope)
    {
        int index = parameter - (signature.Names.Count - signature.Defaults.Count);
        return index >= 0 ? signature.Defaults[index].Evaluate(scope) : new Undefined($"parameter {signature.Names[parameter].Quoted()}");
    }
}

internal sealed class SetMacro(Place place, Macro macro) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output)
    {
        scope.Set(macro.Name, macro.Bind(scope));
        return Flow.Next;
    }
}

/// <summary><c>{% call macro(…) %}…{% endcall %}</c>: the body goes to the macro as <c>caller</c>.</summary>
internal sealed class CallBlock(Place place, Call call, Macro body) : Statement(place)
{
    protected override Flow Perform(Scope scope, TextBuilder output)
    {
        output.Append(Python.Str(call.Invoke(scope, body.Bind(scope)), scope.Run));
        return Flow.Next;
    }
}
