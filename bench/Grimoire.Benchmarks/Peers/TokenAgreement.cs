using System.Text.Json;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Benchmarks.Peers;

/// <summary>Whether llama.cpp cuts texts as Grimoire does with a vocabulary that Grimoire wrote into a GGUF file.</summary>
internal sealed class TokenAgreement(LlamaCpp peer, string folder)
{
    private static readonly (string, bool, bool, string[])[] Ways =
        [("plain", false, false, []), ("special tokens around", true, false, ["add"]), ("special tokens within", false, true, ["parse"])];

    /// <summary>Compares them on texts.</summary>
    /// <param name="path">A tokenizer.</param>
    /// <param name="texts">A JSON file as in the golden data: <c>cases[].text</c>.</param>
    public void Compare(string path, string texts)
    {
        Tokenizer ours = path.EndsWith(".bin", StringComparison.Ordinal) ? Tokenizer.LoadLlama2c(path) : Tokenizer.Load(path);
        string file = Path.Combine(folder, Path.GetFileNameWithoutExtension(texts) + "-vocabulary.gguf");
        Write(ours, file);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(texts));
        string[] cases = [.. json.RootElement.GetProperty("cases").EnumerateArray().Select(item => item.GetProperty("text").GetString()!)];
        Tokenizer again = Tokenizer.Load(file);
        foreach ((string how, bool add, bool parse, string[] options) in Ways)
            Show(how, cases, text => ours.Encode(text, add, parse), text => again.Encode(text, add, parse), peer.Tokenize(file, cases, options));
    }

    private static void Show(string how, string[] texts, Func<string, int[]> ours, Func<string, int[]> again, int[][] theirs)
    {
        int[] apart = [.. Enumerable.Range(0, texts.Length).Where(i => !ours(texts[i]).SequenceEqual(theirs[i]))];
        int changed = texts.Count(text => !ours(text).SequenceEqual(again(text)));
        Console.WriteLine($"{how}, {texts.Length} texts: llama.cpp as Grimoire {texts.Length - apart.Length}; Grimoire reading the file back {texts.Length - changed}");
        foreach (int i in apart)
        {
            Console.WriteLine($"  {JsonEncodedText.Encode(texts[i])}");
            Console.WriteLine($"    ours   {string.Join(' ', ours(texts[i]).Take(40))}");
            Console.WriteLine($"    theirs {string.Join(' ', theirs[i].Take(40))}");
        }
    }

    /// <summary>A vocabulary needs a model around it: the smallest there is.</summary>
    private static void Write(Tokenizer tokenizer, string file)
    {
        ModelConfig config = Llama.Config(layers: 1, heads: 1, channels: 32, context: 32, tokenizer.VocabularySize, feedForward: 32, tied: true);
        new LanguageModel(new Transformer(config, Initialization.Random(config, seed: 1)), tokenizer).SaveGguf(file);
    }
}
