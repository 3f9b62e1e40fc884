using System.Text;
using Spectre.Console;

namespace Grimoire.Cli;

/// <summary>Everything of the outside that a verb talks to: where text goes and comes from, and whether the user wants it to stop.</summary>
internal sealed class Terminal
{
    private const int PlainWidth = 120;
    private readonly StopSignal? signal;

    /// <summary>A terminal over any writers; tests give their own.</summary>
    public Terminal(TextWriter output, TextWriter error, TextReader input, bool live = false, bool colour = false, StopSignal? signal = null)
    {
        (Out, Error, In, IsLive, HasColour, this.signal) = (output, error, input, live, colour, signal);
        Console = Open(output);
    }

    /// <summary>Results, as plain text.</summary>
    public TextWriter Out { get; }

    /// <summary>What goes wrong.</summary>
    public TextWriter Error { get; }

    /// <summary>Standard input.</summary>
    public TextReader In { get; }

    /// <summary>Results with tables and colours; without a terminal the same words plain.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>Whether a person watches, so that lines may be drawn over.</summary>
    public bool IsLive { get; }

    /// <summary>Whether a person types, so that it makes sense to ask.</summary>
    public bool Asks { get; init; }

    /// <summary>Waits for a key where a person types; null where lines are read.</summary>
    public Func<char>? Key { get; init; }

    /// <summary>Whether colours are seen.</summary>
    public bool HasColour { get; }

    /// <summary>The user wants to stop.</summary>
    public CancellationToken Stop => signal?.Token ?? CancellationToken.None;

    /// <summary>The process's own terminal.</summary>
    public static Terminal Standard(StopSignal stop)
    {
        if (OperatingSystem.IsWindows())
            System.Console.OutputEncoding = Encoding.UTF8;
        bool live = !System.Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        bool coloured = live && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        bool asks = live && !System.Console.IsInputRedirected;
        return new Terminal(System.Console.Out, System.Console.Error, System.Console.In, live, coloured, stop)
        {
            Asks = asks,
            Key = asks ? () => System.Console.ReadKey(intercept: true).KeyChar : null,
        };
    }

    /// <summary>The same terminal without colours.</summary>
    public Terminal WithoutColour() => HasColour ? new Terminal(Out, Error, In, IsLive, colour: false, signal) { Asks = Asks, Key = Key } : this;

    /// <summary>Writes a sentence that says what went wrong.</summary>
    public void Complain(string message)
    {
        if (HasColour && !System.Console.IsErrorRedirected)
            Open(Error).Write(new Text(message + Environment.NewLine, new Style(Color.Red)));
        else
            Error.WriteLine(message);
    }

    /// <summary>A line of standard input, or null at its end.</summary>
    public string? ReadLine() => signal is null ? In.ReadLine() : signal.ReadLine(In);

    /// <summary>A single letter that says what somebody wants: a key, or the first letter of a line; null at the end of the input.</summary>
    public char? ReadChoice()
    {
        if (Key is { } key)
            return signal is null ? key() : signal.Waiting(key);
        return ReadLine() is { } line ? line.Trim() is [var first, ..] ? first : ' ' : null;
    }

    /// <summary>Does some work that one Ctrl-C stops without stopping everything.</summary>
    public void Part(Action<CancellationToken> work)
    {
        if (signal is null)
            work(Stop);
        else
            signal.Part(work);
    }

    /// <summary>Writes text in a colour of the terminal's 256; plain where there are no colours.</summary>
    public void Coloured(string text, int colour) => Out.Write(HasColour ? $"\u001b[38;5;{colour}m{text}\u001b[0m" : text);

    /// <summary>Writes an empty line.</summary>
    public void Line() => Out.WriteLine();

    /// <summary>Writes a line of markup into which values are laid as they are.</summary>
    public void Line(FormattableString markup) => Console.MarkupLineInterpolated(System.Globalization.CultureInfo.InvariantCulture, markup);

    private IAnsiConsole Open(TextWriter writer)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = IsLive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = HasColour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = IsLive ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!IsLive)
            console.Profile.Width = PlainWidth;
        return console;
    }
}
