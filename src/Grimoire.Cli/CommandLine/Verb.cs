using System.CommandLine;

namespace Grimoire.Cli;

/// <summary>A verb of the tool: what it is for, what it takes, two examples, and what it does.</summary>
internal sealed class Verb : Command
{
    public Verb(string name, string purpose, params ReadOnlySpan<string> examples)
        : base(name, purpose) => Examples = [.. examples];

    /// <summary>Commands to copy.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Does it and returns the exit code; null for a verb that only has verbs below it.</summary>
    public Func<ParseResult, Terminal, int>? Run { get; init; }

    /// <summary>What more there is to know, for the help.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Options as the help shows them.</summary>
    public List<OptionHelp> Help { get; } = [];

    /// <summary>The words after the program's name that call this verb: <c>tokenizer train</c>.</summary>
    public string Words => Parents.OfType<Verb>().FirstOrDefault() is { Words: var above } ? $"{above} {Name}".Trim() : "";

    /// <summary>How it is called, from the program's name on.</summary>
    public string Call => $"grimoire {Words}".Trim();

    /// <summary>This verb and all above it.</summary>
    public IEnumerable<Verb> Line => Parents.OfType<Verb>().FirstOrDefault() is { } above ? above.Line.Append(this) : [this];
}

/// <summary>An option as the help shows it.</summary>
/// <param name="Group">The heading it stands under.</param>
/// <param name="Name">As it is written.</param>
/// <param name="Description">What it does.</param>
/// <param name="Expected">What values it takes, and what it is otherwise.</param>
internal sealed record OptionHelp(string Group, string Name, string Description, string Expected);
