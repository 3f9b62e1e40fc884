using Grimoire.Models.Chat;
using Grimoire.Tensors;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary>How <c>grimoire chat</c> talks.</summary>
internal sealed record ChatSettings
{
    public string? Prompt { get; init; }

    public string? System { get; init; }

    public string? Template { get; init; }

    public IReadOnlyList<string> Adapters { get; init; } = [];

    public int? MaxTokens { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    public bool? Thinking { get; init; }

    public SamplingSettings Sampling { get; init; } = new();

    public DType CacheType { get; init; } = DType.F32;

    public GuessSettings Guessing { get; init; } = new();

    public bool Surprise { get; init; }

    public static SettingList<ChatSettings> Settings { get; } =
    [
        Setting.Of("prompt", "answer this and end; - reads it from standard input", Text("a text").OrNone(),
            (ChatSettings s) => s.Prompt, (s, v) => s with { Prompt = v }, "Conversation"),
        Setting.Of("system", "what the model is told before the conversation", Text("a text").OrNone(),
            (ChatSettings s) => s.System, (s, v) => s with { System = v }, "Conversation"),
        Setting.Of("template", "how a conversation is written; else as the model says",
            Text($"a file, {string.Join(", ", ChatTemplate.BuiltInNames)}").OrNone(), (ChatSettings s) => s.Template,
            (s, v) => s with { Template = v }, "Conversation"),
        Setting.Of("thinking", "whether a model that can think before it answers is to", Flag.OrNone(),
            (ChatSettings s) => s.Thinking, (s, v) => s with { Thinking = v }, "Conversation"),
        Setting.Of("adapter", "an adapter's folder, or folder=strength; may be given several times", Texts("folders"),
            (ChatSettings s) => s.Adapters, (s, v) => s with { Adapters = v }, "Conversation"),
        Setting.Of("max_tokens", "the most tokens of an answer; else what the context has room for", Count(1, 1 << 24).OrNone(),
            (ChatSettings s) => s.MaxTokens, (s, v) => s with { MaxTokens = v }, "Conversation"),
        Setting.Of("stop", "end an answer before this text; may be given several times", Texts("a text"),
            (ChatSettings s) => s.Stop, (s, v) => s with { Stop = v }, "Conversation"),
        .. SamplingSettings.Settings.Within((ChatSettings s) => s.Sampling, (s, v) => s with { Sampling = v }, "Choice of tokens"),
        CacheSetting.Of((ChatSettings s) => s.CacheType, (s, v) => s with { CacheType = v }),
        .. GuessSettings.Settings.Within((ChatSettings s) => s.Guessing, (s, v) => s with { Guessing = v }, "Guessing ahead"),
        Setting.Of("surprise", "show how unexpected each token was to the model, in bits", Flag,
            (ChatSettings s) => s.Surprise, (s, v) => s with { Surprise = v }, "Output"),
    ];
}
