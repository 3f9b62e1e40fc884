using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>The arguments of a call, by position and by name.</summary>
internal sealed class Arguments(IReadOnlyList<Value> positional, IReadOnlyList<KeyValuePair<string, Value>> named)
{
    public static Arguments None { get; } = new([], []);

    public IReadOnlyList<Value> Positional => positional;

    public IReadOnlyList<KeyValuePair<string, Value>> Named => named;

    /// <summary>The named argument, or null.</summary>
    public Value? this[string name]
    {
        get
        {
            foreach ((string key, Value value) in named)
            {
                if (key == name)
                    return value;
            }

            return null;
        }
    }

    /// <summary>The arguments in the order of a function's parameters; null where one was not given.</summary>
    public Value?[] Bind(string function, IReadOnlyList<string> parameters, Execution run)
    {
        if (positional.Count > parameters.Count)
            throw run.Error($"{function} takes at most {parameters.Count} arguments, not {positional.Count}");
        var bound = new Value?[parameters.Count];
        for (int i = 0; i < positional.Count; i++)
            bound[i] = positional[i];
        foreach ((string name, Value value) in named)
        {
            int index = IndexOf(parameters, name);
            if (index < 0)
                throw run.Error($"{function} has no parameter {name.Quoted()}");
            if (bound[index] is not null)
                throw run.Error($"{function} is given {name.Quoted()} twice");
            bound[index] = value;
        }

        return bound;
    }

    private static int IndexOf(IReadOnlyList<string> parameters, string name)
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            if (parameters[i] == name)
                return i;
        }

        return -1;
    }
}
