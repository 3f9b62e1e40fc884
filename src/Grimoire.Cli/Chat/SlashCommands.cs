using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>What one can do in a chat beside talking.</summary>
internal sealed class SlashCommands
{
    private readonly Terminal terminal;
    private readonly ChatSession session;
    private readonly (string Name, string Takes, string Does, Action<string> Run)[] commands;

    public SlashCommands(Terminal terminal, ChatSession session)
    {
        (this.terminal, this.session) = (terminal, session);
        commands =
        [
            ("/system", "[TEXT]", "tell the model something before the conversation; alone, show what it was told", System),
            ("/reset", "", "forget the conversation", _ => Reset()),
            ("/regen", "", "give another answer to the last turn", _ => session.Regenerate()),
            ("/save", "FILE", "write the conversation as a line of JSON to train on", Save),
            ("/load", "FILE", "go on from a conversation that was saved", Load),
            ("/tokens", "", "how much of the context the conversation takes", _ => Tokens()),
            ("/help", "", "this list", _ => Help()),
            ("/exit", "", "leave", _ => Leaving = true),
        ];
    }

    /// <summary>Whether somebody wants to leave.</summary>
    public bool Leaving { get; private set; }

    /// <summary>Does what a line says.</summary>
    /// <exception cref="GrimoireException">There is no such command, or it cannot be done.</exception>
    public void Run(string line)
    {
        string[] words = line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int found = Array.FindIndex(commands, command => command.Name == words[0]);
        if (found < 0)
        {
            string hint = Nearest.Find(words[0], commands.Select(command => command.Name)) is { } near ? $"did you mean {near}?" : "/help lists what there is.";
            throw new GrimoireException($"There is no command {words[0]}; {hint}");
        }

        commands[found].Run(words.Length > 1 ? words[1] : "");
    }

    private void System(string text)
    {
        if (text.Length > 0)
            session.System = text;
        else
            terminal.Out.WriteLine(session.System ?? "The model was told nothing.");
    }

    private void Reset()
    {
        session.Reset();
        terminal.Out.WriteLine("The conversation is forgotten.");
    }

    private void Save(string path)
    {
        ConversationFile.Write(Named("/save", path), session.Everything);
        terminal.Out.WriteLine($"{session.Messages.Count} messages, written to {path}.");
    }

    private void Load(string path)
    {
        session.TakeUp(ConversationFile.Read(Named("/load", path)));
        terminal.Out.WriteLine($"{session.Messages.Count} messages, read from {path}.");
    }

    private void Tokens() => terminal.Out.WriteLine(
        $"{session.Messages.Count} messages, {session.Tokens} of {session.Context} tokens of context.");

    private void Help() => Sheet.Facts(terminal, commands.Select(command => ($"{command.Name} {command.Takes}".Trim(), command.Does)));

    private static string Named(string command, string path) =>
        path.Length > 0 ? path : throw new GrimoireException($"{command} needs the name of a file.");
}
