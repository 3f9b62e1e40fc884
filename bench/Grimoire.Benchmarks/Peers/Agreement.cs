using System.Globalization;
using Grimoire.Models;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Benchmarks.Peers;

/// <summary>Lays Grimoire's answers about GGUF files that it wrote beside llama.cpp's.</summary>
internal sealed class Agreement(LlamaCpp peer, string folder)
{
    private const int Tokens = 96;

    /// <summary>Logits (of an encoder hidden states) of a random model of each family, in float32.</summary>
    public void Families(string? only)
    {
        Console.WriteLine("| model | largest difference | their spread | relative | file read back by Grimoire |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach ((string name, ModelConfig config) in RandomModels.All.Where(model => only is null || model.Name.Contains(only, StringComparison.Ordinal)))
        {
            try
            {
                string file = Path.Combine(folder, string.Concat(name.Where(char.IsAsciiLetterOrDigit)) + ".gguf");
                Console.WriteLine($"| {name} | {Compare(config, file)} |");
            }
            catch (GrimoireException e)
            {
                Console.WriteLine($"| {name} | refused: {e.Message.ReplaceLineEndings(" ")} | | | |");
            }
        }
    }

    private string Compare(ModelConfig config, string file)
    {
        Transformer model = RandomModels.Create(config);
        if (config.Head)
            GgufModel.Save(file, model, metadata: WithoutTokenizer);
        else
            new LanguageModel(model, WordPieces(config.Vocabulary)).SaveGguf(file, pooling: Pooling.Mean);
        int[] ids = [.. Enumerable.Range(0, Tokens).Select(i => (int)(CountedRandom.Bits(5, (ulong)i) % (ulong)config.Vocabulary))];
        float[] ours = Outputs(model, ids), again = Outputs(GgufModel.Load(file), ids), theirs = config.Head ? peer.Logits(file, ids) : peer.States(file, ids);
        double spread = Spread(theirs), difference = Distance(ours, theirs);
        return string.Create(CultureInfo.InvariantCulture, $"{difference:G3} | {spread:F2} | {difference / spread:G3} | {Distance(ours, again):G3}");
    }

    /// <summary>llama.cpp does without a tokenizer if it is told so.</summary>
    private static GgufMetadata WithoutTokenizer { get; } =
        GgufMetadata.Of(new Dictionary<string, GgufValue> { ["tokenizer.ggml.model"] = GgufValue.Of("none") });

    /// <summary>An encoder's vocabulary, which llama.cpp asks for the number of token types: words of as many kinds as there are ids.</summary>
    private Tokenizer WordPieces(int count)
    {
        string[] special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
        IEnumerable<string> words = Enumerable.Range(special.Length, count - special.Length).Select(i => $"word{i}");
        AtomicFile.WriteText(Path.Combine(folder, "words", "vocab.txt"), string.Join('\n', special.Concat(words)));
        return Tokenizer.Load(Path.Combine(folder, "words"));
    }

    /// <summary>Logits; of an encoder the hidden states.</summary>
    private static float[] Outputs(Transformer model, int[] ids)
    {
        Pass pass = model.Begin(new Workspace(Kernels.Simd), Batch.Of(ids));
        return (model.Config.Head ? model.Forward(pass) : model.Stream(pass, model.Embed(pass))).ToArray<float>();
    }

    private static double Distance(float[] a, float[] b) => a.Length == b.Length
        ? a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max()
        : throw new GrimoireException($"{a.Length} logits here and {b.Length} there");

    private static double Spread(float[] values)
    {
        double mean = values.Average(value => (double)value);
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
