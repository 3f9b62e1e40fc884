namespace Grimoire.Models.Chat.Jinja;

/// <summary>A template that was read and can be rendered any number of times.</summary>
internal sealed class Template
{
    private readonly Block body;

    private Template(Block body, bool marksGeneration) => (this.body, MarksGeneration) = (body, marksGeneration);

    /// <summary>Whether <c>{% generation %}</c> blocks say what the assistant writes.</summary>
    public bool MarksGeneration { get; }

    /// <summary>Reads a template.</summary>
    /// <exception cref="GrimoireException">It is not understood.</exception>
    public static Template Parse(string source)
    {
        Block whole = Parser.Read(source, out bool marksGeneration);
        return new Template(whole, marksGeneration);
    }

    /// <summary>Writes the template with values in it.</summary>
    /// <param name="values">The names it can ask for.</param>
    /// <param name="now">The hour of <c>strftime_now</c>.</param>
    /// <exception cref="GrimoireException">It refuses the values, fails on them, or does not come to an end.</exception>
    public Text Render(IEnumerable<KeyValuePair<string, Value>> values, DateTimeOffset now)
    {
        var scope = new Scope(new Execution(now));
        foreach ((string name, Value value) in values)
            scope.Set(name, value);
        var output = new TextBuilder();
        body.Execute(scope, output);
        return output.ToText();
    }
}
