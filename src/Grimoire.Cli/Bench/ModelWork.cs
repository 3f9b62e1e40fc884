using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Cli.Bench;

/// <summary>What tokens of a model cost at least.</summary>
/// <param name="model">The model.</param>
/// <param name="integers">Whether quantised weights are multiplied as integers.</param>
/// <param name="cacheBytes">Bytes of a number in the cache of keys and values.</param>
internal sealed class ModelWork(Transformer model, bool integers, double cacheBytes)
{
    /// <summary>Weights of no more bytes than this may stay in caches, so that memory's speed does not bind them.</summary>
    private const double InCaches = 64 << 20;

    private readonly ModelConfig config = model.Config;

    /// <summary>A token of each of so many sequences that have come so far, each weight being read once for all.</summary>
    public Work Decode(int sequences, int depth)
    {
        Work weights = Weights(withHead: true), attention = Attention(depth);
        double read = weights.Bytes <= InCaches ? 0 : (weights.Bytes / sequences) + (CacheBytes(1) * depth);
        return new(weights.Flops + attention.Flops, weights.Integers, read);
    }

    /// <summary>A token of a prompt of some length whose last token's logits are wanted.</summary>
    public Work Prefill(int length)
    {
        Work body = Weights(withHead: false), all = Weights(withHead: true), attention = Attention(length / 2);
        return new(
            body.Flops + ((all.Flops - body.Flops) / length) + attention.Flops, body.Integers + ((all.Integers - body.Integers) / length), all.Bytes / length);
    }

    /// <summary>Bytes of the keys and values of so many tokens.</summary>
    public double CacheBytes(int tokens) => 2.0 * config.Layers * config.KeyValueHeads * config.HeadDim * cacheBytes * tokens;

    private Work Attention(int depth) => new(4.0 * config.Layers * config.Heads * config.HeadDim * depth, 0, 0);

    /// <summary>The matrices that a token is multiplied with.</summary>
    private Work Weights(bool withHead)
    {
        double flops = 0, products = 0, bytes = 0;
        foreach (Parameter parameter in model.Parameters)
        {
            Tensor weight = parameter.Tensor;
            bool head = weight == model.Unembedding;
            if (weight.Shape.Rank < 2 || (head ? !withHead : parameter.Name.StartsWith("embed.", StringComparison.Ordinal)))
                continue;
            double share = parameter.Name.Contains(".experts.", StringComparison.Ordinal) ? (double)config.ExpertsPerToken / config.Experts : 1;
            double operations = 2 * share * weight.Shape.Count;
            bytes += share * weight.DType.Bytes(weight.Shape.Count);
            if (integers && weight.DType.IsQuantized())
                products += operations;
            else
                flops += operations;
        }

        return new(flops, products, bytes);
    }
}
