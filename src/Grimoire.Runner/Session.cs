namespace Grimoire.Runner;

/// <summary>Takes what people ask and writes what the model says, as it comes.</summary>
internal sealed class Session(Talk talk, Surroundings surroundings)
{
    /// <summary>Answers a prompt, or line after line until the input ends.</summary>
    public void Run(string? prompt)
    {
        if (prompt is not null)
        {
            Answer(prompt == "-" ? surroundings.In.ReadToEnd().TrimEnd('\n') : prompt);
            return;
        }

        if (surroundings.IsTyped)
            surroundings.Out.WriteLine(talk.Greeting);
        while (Ask() is { } line)
            AnswerOrExplain(line);
    }

    private string? Ask()
    {
        if (surroundings.IsTyped)
        {
            surroundings.Out.Write("> ");
            surroundings.Out.Flush();
        }

        return surroundings.In.ReadLine();
    }

    /// <summary>One line that cannot be answered does not end the session.</summary>
    private void AnswerOrExplain(string line)
    {
        try
        {
            Answer(line);
        }
        catch (GrimoireException e)
        {
            surroundings.Error.WriteLine($"{e.Message} All is forgotten; begin anew.");
            talk.Forget();
        }
    }

    private void Answer(string prompt)
    {
        surroundings.Interruption.Guard(stop =>
        {
            foreach (string piece in talk.Answer(prompt, stop))
            {
                surroundings.Out.Write(surroundings.IsLive ? Harmless(piece) : piece);
                surroundings.Out.Flush();
            }
        });
        surroundings.Out.WriteLine();
    }

    /// <summary>A model must not steer the terminal.</summary>
    private static string Harmless(string text) =>
        text.Any(IsControl) ? string.Concat(text.Select(c => IsControl(c) ? '\uFFFD' : c)) : text;

    private static bool IsControl(char c) => char.IsControl(c) && c is not ('\n' or '\t');
}
