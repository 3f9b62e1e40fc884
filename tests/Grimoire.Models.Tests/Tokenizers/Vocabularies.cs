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
        "llama3" => Tokenizer.Load(Path("data/tok-llama3/tokenizer.model")),
        "tiktoken-gpt2" or "tiktoken-p50k_base" or "tiktoken-cl100k_base" or "tiktoken-o200k_base" => Tokenizer.Load(Path($"data/tok-tiktoken/{name["tiktoken-".Length..]}.tiktoken")),
        "bert" => VocabularyText.Load(Path("data/tok-bert/bert-base-uncased-vocab.txt"), JsonPlace.Parse("{}"u8.ToArray(), "config"), new TokenizerSettings()),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such vocabulary."),
    };

    private static string Path(string relative)
    {
        string? path = Shared.Path(relative);
        Assert.SkipWhen(path is null, $"needs ../shared/{relative}");
        return path;
    }
}
