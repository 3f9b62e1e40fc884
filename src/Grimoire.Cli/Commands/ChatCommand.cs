using System.CommandLine;
using Grimoire.Models;
using Grimoire.Models.Chat;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire chat</c>: talk with a model.</summary>
internal static class ChatCommand
{
    public static Verb Create()
    {
        var model = new Argument<string>("MODEL") { Description = "a model folder, a GGUF file, a run folder or a checkpoint" };
        Options<ChatSettings>? options = null;
        Func<ParseResult, Opening>? opening = null;
        Verb verb = new("chat", "Talk with a model.", "grimoire chat my-model --system 'Answer in one sentence.'",
            "grimoire chat my-model.gguf --prompt 'What is a cat?' --temperature 0")
        {
            Detail = "A line that ends in \\ goes on in the next one, and so does all between two lines of \"\"\". /help lists what else one can do. " +
                "Ctrl-C stops an answer, and once more the program. Without a terminal each line of standard input is a turn, and plain text comes out.",
            Run = (parse, terminal) => Run(terminal, parse.GetRequiredValue(model), options!.Read(parse, new ChatSettings()), opening!(parse)),
        };
        verb.Add(model);
        options = new Options<ChatSettings>(verb, ChatSettings.Settings, new ChatSettings());
        opening = Opening.For(verb);
        return verb;
    }

    private static int Run(Terminal terminal, string path, ChatSettings settings, Opening opening)
    {
        path = ModelPath.Find(path);
        LanguageModel model = Waiting.While(terminal, "opening the model", () => GivenAdapters.Attach(opening.Language(path), settings.Adapters));
        using ChatClient client = Client(model, path, settings, opening);
        var session = new ChatSession(terminal, client, settings);
        if (settings.Prompt is not null)
            return AnswerOnce(terminal, session, settings.Prompt);
        if (settings.Sampling.FromMakers(model.Defaults) is { Length: > 0 } says)
            terminal.Error.WriteLine(says);
        if (settings.Surprise)
            Surprise.WriteLegend(terminal);
        if (terminal.Asks)
        {
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
            terminal.Line($"[dim]{name}, context {model.Config.Context} tokens. /help says what one can do here.[/]");
        }

        session.Talk();
        return Tool.Success;
    }

    private static ChatClient Client(LanguageModel model, string path, ChatSettings settings, Opening opening)
    {
        ChatTemplate? template = settings.Template is null ? null : ChatFormat.Find(settings.Template);
        try
        {
            return model.AsChatClient(new ChatClientOptions
            {
                Template = template,
                Kernels = opening.Kernels,
                Draft = settings.Guessing.Open(opening),
                Generation = settings.Guessing.On(new GenerationOptions
                {
                    MaxTokens = settings.MaxTokens ?? int.MaxValue,
                    StopStrings = settings.Stop,
                    Sampling = settings.Sampling.Options(model.Defaults),
                    Scores = settings.Surprise,
                    CacheType = settings.CacheType,
                }),
            });
        }
        catch (GrimoireException e)
        {
            throw new GrimoireException($"{path}: {e.Message}", e);
        }
    }

    private static int AnswerOnce(Terminal terminal, ChatSession session, string prompt)
    {
        string text = prompt == "-" ? terminal.In.ReadToEnd().TrimEnd('\n') : prompt;
        if (string.IsNullOrWhiteSpace(text))
            throw new GrimoireException($"{(prompt == "-" ? "standard input" : "--prompt")} is empty; there is nothing to answer.");
        session.Answer(text, terminal.Stop);
        return Tool.Success;
    }
}
