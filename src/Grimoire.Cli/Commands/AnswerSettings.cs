using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Tensors;
using Grimoire.Training;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary>Prompts, and how models answer them: what <c>grimoire compare</c> and <c>grimoire align constitution</c> have in common.</summary>
internal sealed record AnswerSettings
{
    public string? Prompts { get; init; }

    public string? Template { get; init; }

    public int MaxTokens { get; init; } = 256;

    public SamplingSettings Sampling { get; init; } = new();

    public string? Judge { get; init; }

    public static SettingList<AnswerSettings> Settings { get; } =
    [
        Setting.Of("prompts", "the prompts: rows with a column prompt or messages, or a .txt file with one a line", Text("a path").OrNone(),
            (AnswerSettings s) => s.Prompts, (s, v) => s with { Prompts = v }, "Prompts"),
        Setting.Of("template", "how a conversation is written; else as the model says", ConversationFormat,
            (AnswerSettings s) => s.Template, (s, v) => s with { Template = v }, "Answers"),
        Setting.Of("max_tokens", "the most tokens of an answer", Count(1, 1 << 24),
            (AnswerSettings s) => s.MaxTokens, (s, v) => s with { MaxTokens = v }, "Answers"),
        .. SamplingSettings.Settings.Within((AnswerSettings s) => s.Sampling, (s, v) => s with { Sampling = v }, "Answers"),
        Setting.Of("judge", "a model that judges: a reward model, or a language model that is asked in both orders", Text("a model").OrNone(),
            (AnswerSettings s) => s.Judge, (s, v) => s with { Judge = v }, "Judge"),
    ];

    /// <summary>The settings, seen from a record that holds them, each under its own heading.</summary>
    public static IEnumerable<Setting<T>> Within<T>(Func<T, AnswerSettings> get, Func<T, AnswerSettings, T> with) =>
        Settings.Select(setting => setting.Within(get, with, setting.Group));

    /// <summary>The prompts of the file.</summary>
    /// <exception cref="GrimoireException">There are none.</exception>
    public IReadOnlyList<PromptExample> ReadPrompts(string call)
    {
        string path = Prompts ?? throw new UsageException($"{call} needs --prompts with a file of prompts.");
        if (!path.EndsWith(".txt", StringComparison.OrdinalIgnoreCase))
            return [.. ExampleFiles.Read([path], ExampleKinds.Prompt).Examples.Cast<PromptExample>()];
        if (!File.Exists(path))
            throw new GrimoireException(
                $"{path}: {(Directory.Exists(path) ? "this is a folder" : "there is no such file")}; give a file with one prompt a line.");
        PromptExample[] prompts = [.. File.ReadLines(path)
            .Select((line, index) => new PromptExample(new Passage(line.Trim()), []) { File = path, Line = index + 1 })
            .Where(prompt => prompt.Prompt.Text!.Length > 0)];
        return prompts.Length > 0 ? prompts : throw new GrimoireException($"{path}: there is no prompt in it; give a file with one prompt a line.");
    }

    /// <summary>A model that answers.</summary>
    /// <exception cref="GrimoireException">There is no such model, or it does not converse.</exception>
    public Respondent Open(Terminal terminal, string path, Kernels kernels)
    {
        string found = ModelPath.Find(path);
        LanguageModel model = Waiting.While(terminal, $"opening {path}", () => LanguageModel.Load(found));
        try
        {
            ChatClient client = model.AsChatClient(new ChatClientOptions
            {
                Template = ChatFormat.Of(model, Template),
                Kernels = kernels,
                Generation = new GenerationOptions { MaxTokens = MaxTokens, Sampling = Sampling.Options(model.Defaults) },
            });
            return new Respondent(client, path, MaxTokens);
        }
        catch (GrimoireException e)
        {
            throw new GrimoireException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>The judge; null where none is asked for.</summary>
    /// <exception cref="GrimoireException">There is no such model, or it cannot judge.</exception>
    public Judge? OpenJudge(Terminal terminal, Kernels kernels) =>
        Judge is null ? null : Waiting.While(terminal, $"opening {Judge}", () => Training.Judge.Load(ModelPath.Find(Judge), Template, kernels));
}
