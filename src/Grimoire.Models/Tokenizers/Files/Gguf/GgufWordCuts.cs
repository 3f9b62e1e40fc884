namespace Grimoire.Models.Tokenizers;

/// <summary>
/// The ways of cutting text into words that GGUF has names for (<c>tokenizer.ggml.pre</c>). A name also stands for what its makers' tokenizers do
/// before and after: composing characters (NFC), taking words that are pieces as a whole, beginning each text with a token.
/// </summary>
internal sealed class GgufWordCuts
{
    /// <summary>The name that old files mean who have none.</summary>
    public const string Default = "default";

    private const string Words = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";
    private const string Bytes = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""";
    private const string EachDigit = """{"type":"Digits","individual_digits":true}""";
    private const string Sentences = @" ?[^(\s|.,!?…。，、।۔،)]+";

    // Where several ways are the same, the first is the one that is written.
    private static readonly GgufWordCuts[] Known =
    [
        new("gpt-2 phi-2 jais trillion granite-docling jina-es jina-de jina-v1-en jina-v2-es jina-v2-de " +
            "jina-v2-code roberta-bpe exaone4 gigachat mellum modern-bert a.x-4.0", Words),
        new("olmo mpt", Words) { Composed = true },
        new("llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2", Split(SplitPattern.Gpt4.Regex)) { IgnoreMerges = true, AddBeginOfText = true },
        new("dbrx smaug-bpe chatglm-bpe glm4", Split(SplitPattern.Gpt4.Regex)),
        new("qwen2 deepseek-r1-qwen stablelm2", Split(SplitPattern.Qwen.Regex)) { Composed = true },
        new("megrez hunyuan kormo grok-2 solar-open f2llmv2", Split(SplitPattern.Qwen.Regex)),
        new("qwen35", Split(SplitPattern.QwenMarks.Regex)) { Composed = true },
        new("gpt-4o llama4 kanana2 minimax-m2", Split(SplitPattern.Gpt4o.Regex)),
        new("tekken", Split(SplitPattern.Tekken.Regex)) { IgnoreMerges = true, AddBeginOfText = true },
        new("starcoder smollm refact codeshell exaone minerva-7b mellum2", EachDigit, Words),
        new("command-r", EachDigit, Words) { Composed = true },
        new("falcon", """{"type":"Punctuation","behavior":"Contiguous"}""", Words, Split("[0-9][0-9][0-9]")),
        new("deepseek-coder", Split(@"[\r\n]"), Split(@"\s?\p{L}+"), Split(@"\s?\p{P}+"), Split("[一-龥ࠀ-一가-\uD7FF]+"), EachDigit),
        new("deepseek-v3 hunyuan-dense joyai-llm hy_v4", Split(@"\p{N}{1,3}"), Split("[一-龥぀-ゟ゠-ヿ]+"), Split(SplitPattern.DeepSeek.Regex)),
        new("bloom poro-chat gpt3-finnish", Split(Sentences)),
        new("viking", Split(Sentences), EachDigit),
        new("seed-coder", Split(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+")),
        new(Default, Split(@"[\p{P}\$\+<=>\^~\|]+"), Words, Split(@"\p{N}+"), Split("[0-9][0-9][0-9]")),
    ];

    private readonly string[] _names;

    private GgufWordCuts(string names, params string[] steps)
    {
        _names = names.Split(' ');
        // Words become bytes at the end, whatever else is done to them.
        string[] inner = [.. steps.Select(step => step == Words ? Split(SplitPattern.Gpt2.Regex) : step)],
            all = steps[^1] == Words ? [.. inner[..^1], Words] : [.. inner, Bytes];
        PreTokenizer = all is [var only] ? only : $$"""{"type":"Sequence","pretokenizers":[{{string.Join(',', all)}}]}""";
    }

    /// <summary>All names.</summary>
    public static string Names => string.Join(", ", Known.SelectMany(cuts => cuts._names));

    /// <summary>The name under which it is written.</summary>
    public string Name => _names[0];

    public bool IgnoreMerges { get; private init; }

    /// <summary>Whether a text begins with a token where the file does not say.</summary>
    public bool AddBeginOfText { get; private init; }

    public TokenizerParts Parts => StandardParts.ByteLevel(SplitPattern.Gpt2, Composed) with { PreTokenizer = PreTokenizer };

    private bool Composed { get; init; }

    private string PreTokenizer { get; }

    /// <summary>The way of a name, or null.</summary>
    public static GgufWordCuts? Named(string name) => Array.Find(Known, cuts => cuts._names.Contains(name));

    /// <summary>The way in which a tokenizer prepares and cuts text, or null; whether it takes whole words first decides where there are two.</summary>
    public static GgufWordCuts? Of(Tokenizer tokenizer)
    {
        TokenizerParts parts = tokenizer.Pipeline.Parts;
        if (Steps(Parse(parts.PreTokenizer)) is not { } steps || IsComposed(Parse(parts.Normalizer)) is not { } composed)
            return null;
        GgufWordCuts[] same = Array.FindAll(Known, cuts => cuts.Composed == composed && Steps(Parse(cuts.PreTokenizer))!.SequenceEqual(steps));
        bool wholeWords = tokenizer.Model is Bpe { Settings.IgnoreMerges: true };
        return Array.Find(same, cuts => cuts.IgnoreMerges == wholeWords) ?? same.FirstOrDefault();
    }

    /// <summary>
    /// The steps of a pre-tokenizer in a spelling of their own, so that the same cuts written differently are found equal; null where GGUF has no such thing.
    /// </summary>
    private static List<string>? Steps(JsonPlace json)
    {
        if (json.IsNull)
            return null;
        if (json["type"].Text() == "Sequence")
        {
            List<string>?[] parts = [.. json["pretokenizers"].Items().Select(Steps)];
            return parts.Contains(null) ? null : [.. parts.SelectMany(part => part!)];
        }

        return json["type"].Text() switch
        {
            "ByteLevel" => json["add_prefix_space"].Flag(true) ? null : json["use_regex"].Flag(true) ? [SplitPattern.Gpt2.Regex] : [],
            "Digits" => [json["individual_digits"].Flag() ? @"\p{N}" : @"\p{N}+"],
            "Punctuation" when json["behavior"].TextOrNull() == "Contiguous" => ["punctuation"],
            "Split" => StepOfSplit(json),
            _ => null,
        };
    }

    private static List<string>? StepOfSplit(JsonPlace json)
    {
        if (json["pattern"]["Regex"].TextOrNull() is not { } regex)
            return null;
        SplitPattern? known = SplitPattern.Of(regex);
        string behavior = json["behavior"].TextOrNull() ?? "Isolated";
        bool matches = behavior == "Isolated" || (behavior == "Removed" && json["invert"].Flag() && known is not null);
        return matches ? [known?.Regex ?? regex] : null;
    }

    /// <summary>Whether a normalizer composes characters; null where it does something else.</summary>
    private static bool? IsComposed(JsonPlace json) => json.IsNull ? false : json["type"].Text() switch
    {
        "NFC" => true,
        "Sequence" => json["normalizers"].Count() switch
        {
            0 => false,
            1 => IsComposed(json["normalizers"].Items().First()),
            _ => null,
        },
        _ => null,
    };

    private static JsonPlace Parse(string? json) => JsonPlace.Parse(System.Text.Encoding.UTF8.GetBytes(json ?? "null"), "tokenizer");

    private static string Split(string regex) => StandardParts.Split(regex);
}
