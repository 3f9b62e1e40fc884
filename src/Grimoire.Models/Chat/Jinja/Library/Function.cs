namespace Grimoire.Models.Chat.Jinja;

/// <summary>
/// A filter, test, method or function of the environment: its name, its parameters and what it does with a subject and them. An argument that was not
/// given is null.
/// </summary>
internal sealed class Function
{
    private readonly Func<Value, Arguments, Execution, Value> body;

    /// <summary>A function that sorts its arguments out itself.</summary>
    public Function(Func<Value, Arguments, Execution, Value> body) => this.body = body;

    /// <summary>A function of named parameters.</summary>
    public Function(string name, string[] parameters, Func<Value, Value?[], Execution, Value> body) =>
        this.body = (subject, arguments, run) => body(subject, arguments.Bind(name, parameters, run), run);

    public Value Call(Value subject, Arguments arguments, Execution run)
    {
        run.Step();
        run.Scan(subject);
        foreach (Value argument in arguments.Positional)
            run.Scan(argument);
        Value result = body(subject, arguments, run);
        if (result is Text made && !ReferenceEquals(made, subject))
            run.Make(made.Chars.Length);
        return result;
    }
}
