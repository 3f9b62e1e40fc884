using System.Collections.Concurrent;
using Grimoire.Models.Tokenizers;
using Grimoire.Tests;

namespace Grimoire.Models.Tests.Tokenizers;

/// <summary>The published vocabularies beside the repository, each opened once.</summary>
internal static class Vocabularies
{
    private static readonly ConcurrentDictionary<string, Tokenizer> Loaded = new();

    public static Tokenizer Load(string name) => Loaded.GetOrAdd(name, Open);

    private static Tokenizer Open(string name) => name switch
    {
        "gpt2" => Tokenizer.Load(Path("data/tok-gpt2")),
        "qwen2" => Tokenizer.Load(Path("data/tok-qwen2")),
        "llama2" => Tokenizer.LoadLlama2c(Path("data/tok-llama2/tokenizer.bin")),
        "stories260K" => Tokenizer.Load(Path("golden/stories260K/hf")),
        "llama3" => Tokenizer.LoadTiktoken(Path("data/tok-llama3/tokenizer.model"), SplitPattern.Gpt4, Llama3Special(), "<|begin_of_text|>", "<|end_of_text|>"),
        "tiktoken-gpt2" => Tokenizer.LoadTiktoken(Path("data/tok-tiktoken/gpt2.tiktoken"), SplitPattern.Gpt2, []),
        "tiktoken-cl100k_base" => Tokenizer.LoadTiktoken(Path("data/tok-tiktoken/cl100k_base.tiktoken"), SplitPattern.Gpt4, []),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such vocabulary."),
    };

    private static List<AddedToken> Llama3Special()
    {
        string[] names = ["begin_of_text", "end_of_text", "reserved_special_token_0", "reserved_special_token_1", "reserved_special_token_2", "reserved_special_token_3", "start_header_id", "end_header_id", "reserved_special_token_4", "eot_id"];
        IEnumerable<string> all = names.Concat(Enumerable.Range(5, 246).Select(i => $"reserved_special_token_{i}"));
        return [.. all.Select((name, index) => new AddedToken(128000 + index, $"<|{name}|>"))];
    }

    private static string Path(string relative)
    {
        string? path = Shared.Path(relative);
        Assert.SkipWhen(path is null, $"needs ../shared/{relative}");
        return path;
    }
}
