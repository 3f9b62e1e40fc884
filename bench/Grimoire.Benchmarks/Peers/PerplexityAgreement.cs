using System.Globalization;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Benchmarks.Peers;

/// <summary>The perplexity of GGUF files on the same token ids, here and in llama.cpp.</summary>
internal sealed class PerplexityAgreement(LlamaCpp peer)
{
    /// <summary>Compares them.</summary>
    /// <param name="tokenizer">What cuts the text; for models of random weights any with as many ids.</param>
    /// <param name="text">A text file, of which the beginning is read.</param>
    /// <param name="length">The ids are read in pieces of this length, each by itself, and all but the first id of each are scored.</param>
    /// <param name="count">How many ids.</param>
    /// <param name="models">GGUF files.</param>
    public void Compare(string tokenizer, string text, int length, int count, IEnumerable<string> models)
    {
        int[] ids = [.. Tokenizer.Load(tokenizer).Encode(File.ReadAllText(text)[..Math.Min(16 * count, (int)new FileInfo(text).Length / 4)]).Take(count)];
        Console.WriteLine($"{ids.Length} ids in pieces of {length}");
        Console.WriteLine("| file | bytes | Grimoire | llama.cpp | difference |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (string model in models)
        {
            double ours = Math.Exp(Loss(GgufModel.Load(model), ids, length)), theirs = Math.Exp(peer.Loss(model, ids, length));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {Path.GetFileName(model)} | {new FileInfo(model).Length:N0} | {ours:F4} | {theirs:F4} | {100 * ((ours / theirs) - 1):+0.000;-0.000} % |"));
        }
    }

    private static double Loss(Transformer model, int[] ids, int length)
    {
        var scorer = new Scorer(model, Kernels.Simd);
        return ids.Chunk(length).SelectMany(piece => scorer.Score(piece, model.Config.Context)).Average(score => -(double)score.LogProbability);
    }
}
