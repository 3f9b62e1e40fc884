namespace Grimoire.Models.Chat.Jinja;

/// <summary>What a template can call: a macro, a function of the environment or a method of a value.</summary>
internal sealed class Callable(string name, Func<Arguments, Execution, Value> body) : Value
{
    public string Name => name;

    public override string Kind => "function";

    public override bool IsTrue => true;

    /// <summary>Values that a template may read from it, such as the length from <c>loop</c>; null where there are none.</summary>
    public Func<string, Value?>? Attribute { get; init; }

    public Value Call(Arguments arguments, Execution run) => body(arguments, run);
}
