using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Cli.Tests;

/// <summary>A tiny model of random weights over bytes, which answers nonsense at any length, and a template for it.</summary>
public sealed class TalkingModel : IDisposable
{
    private readonly Scratch scratch = new();

    public TalkingModel()
    {
        Tokenizer tokenizer = TokenizerTrainer.Train(
            ["abc"], new TokenizerOptions { Kind = TokenizerKind.Bytes, VocabularySize = 258, Special = ["<|endoftext|>", "<|turn|>"], EndOfText = "<|endoftext|>" });
        ModelConfig config = Llama.Config(layers: 1, heads: 2, channels: 16, context: 200, tokenizer.VocabularySize, feedForward: 32);
        ParameterSource usual = Initialization.Random(config, seed: 1);
        new LanguageModel(new Transformer(config, (name, shape) => Louder(name, usual(name, shape), tokenizer)), tokenizer).Save(Model);
        Template = scratch.Write("template.jinja", "{% for m in messages %}<|turn|>{{ m.role }}: {{ m.content }}\n{% endfor %}<|turn|>assistant:");
    }

    /// <summary>The model's folder.</summary>
    public string Model => scratch["model"];

    /// <summary>A template's file.</summary>
    public string Template { get; }

    public void Dispose() => scratch.Dispose();

    /// <summary>A command line that chats.</summary>
    internal string[] Chat(params string[] more) =>
    [
        "chat", Model, "--template", Template, "--threads", "1", .. more.Contains("--max-tokens") ? (string[])[] : ["--max-tokens", "12"], .. more,
    ];

    /// <summary>
    /// Weights that make answers differ, and small letters of them: the first channel is large for every token, and only the letters' logits look at it.
    /// </summary>
    private static Tensor Louder(string name, Tensor weight, Tokenizer tokenizer)
    {
        Span<float> values = weight.Span<float>();
        foreach (ref float value in values)
            value *= name.Contains("norm", StringComparison.Ordinal) ? 1 : name == "head.weight" ? 40 : 50;
        int channels = weight.Shape[weight.Shape.Rank - 1], first = tokenizer.Id("a")!.Value;
        for (int id = 0; name is "embed.tokens" or "head.weight" && id < weight.Shape[0]; id++)
        {
            Span<float> row = values.Slice(id * channels, channels);
            if (name == "head.weight" && (id < first || id >= first + 26))
                row.Clear();
            else
                row[0] = name == "head.weight" ? 10 : 4;
        }

        return weight;
    }
}
