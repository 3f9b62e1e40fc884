using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// Rotary positions in GGUF: base, rotated channels and most stretches are keys; Llama 3's stretch is a tensor of divisors, one for each pair, and LongRoPE's
/// are two of them.
/// </summary>
internal static class GgufRotary
{
    private const string Factors = "rope_freqs.weight", ShortFactors = "rope_factors_short.weight", LongFactors = "rope_factors_long.weight";
    private const string Type = "rope.scaling.type", Factor = "rope.scaling.factor", Original = "rope.scaling.original_context_length";
    private const string Attention = "rope.scaling.attn_factor", YarnAttention = "rope.scaling.yarn_attn_factor";
    private const string Fast = "rope.scaling.yarn_beta_fast", Slow = "rope.scaling.yarn_beta_slow";

    /// <summary>Llama 3.x everywhere: what divisors alone do not tell.</summary>
    private const double LowFrequencyFactor = 1, HighFrequencyFactor = 4;
    private const int OriginalContext = 8192;

    /// <summary>The rotation.</summary>
    public static RotaryConfig Read(GgufKeys keys, int headDim, int context, bool interleaved)
    {
        int rotated = keys.Int("rope.dimension_count", headDim);
        var rotary = new RotaryConfig { Base = keys.Real("rope.freq_base", 10000), Fraction = rotated / (double)headDim, Interleaved = interleaved };
        return rotary with { Scaling = Scaling(keys, rotary, headDim, context) };
    }

    /// <summary>Writes what <see cref="Read"/> reads, but for tensors.</summary>
    public static void Write(GgufKeysWriter keys, RotaryConfig rotary, int headDim)
    {
        keys.Add("rope.dimension_count", rotary.Dimensions(headDim));
        keys.Add("rope.freq_base", rotary.Base);
        switch (rotary.Scaling)
        {
            case RotaryScaling.Linear linear:
                keys.Add(Type, "linear");
                keys.Add(Factor, linear.Factor);
                break;
            case RotaryScaling.Llama3 llama:
                keys.Add(Original, llama.OriginalContext);
                break;
            case RotaryScaling.Yarn yarn:
                Write(keys, yarn);
                break;
            case RotaryScaling.LongRope stretch:
                keys.Add(Type, "longrope");
                keys.Add(Original, stretch.OriginalContext);
                keys.Add(Attention, stretch.AttentionFactor);
                break;
        }
    }

    /// <summary>The divisors of the stretches that are stored as tensors.</summary>
    public static IEnumerable<StoredTensor> Tensors(RotaryConfig rotary, int headDim) => rotary.Scaling switch
    {
        RotaryScaling.Llama3 => [Stored(Factors, Divisors(rotary, headDim))],
        RotaryScaling.LongRope stretch => [Stored(LongFactors, stretch.LongFactors), Stored(ShortFactors, stretch.ShortFactors)],
        _ => [],
    };

    /// <summary>The rotation in the format's single precision.</summary>
    public static RotaryConfig Rounded(RotaryConfig rotary, int headDim) => rotary with
    {
        Base = (float)rotary.Base,
        Fraction = rotary.Dimensions(headDim) / (double)headDim,
        Scaling = rotary.Scaling switch
        {
            RotaryScaling.Linear linear => linear with { Factor = (float)linear.Factor },
            RotaryScaling.Llama3 llama => llama with { Factor = (float)llama.Factor },
            RotaryScaling.Yarn yarn => new RotaryScaling.Yarn(
                (float)yarn.Factor, yarn.OriginalContext, (float)yarn.BetaFast, (float)yarn.BetaSlow, (float?)yarn.AttentionFactor),
            RotaryScaling.LongRope stretch => new RotaryScaling.LongRope(
                Rounded(stretch.ShortFactors), Rounded(stretch.LongFactors), stretch.OriginalContext, (float)stretch.AttentionFactor),
            var other => other,
        },
    };

    private static RotaryScaling? Scaling(GgufKeys keys, RotaryConfig rotary, int headDim, int context)
    {
        double? factor = keys.Has(Factor) ? keys.Real(Factor) : keys.Has("rope.scale_linear") ? keys.Real("rope.scale_linear") : null;
        string type = keys.Text(Type, factor is null ? "none" : "linear");
        if (keys.Numbers(Factors) is { } factors)
            return Llama3(keys, rotary, headDim, factors, type);
        if (keys.Numbers(LongFactors) is { } longer)
            return LongRope(keys, longer, context);
        switch (type)
        {
            case "none":
                _ = keys.Has(Original) || keys.Has(Attention);
                return null;
            case "linear":
                keys.Demand(Attention, 1);
                return factor is null or 1 ? null : new RotaryScaling.Linear(factor.Value);
            case "yarn":
                return Yarn(keys, factor ?? throw keys.Refusal(Factor, "YaRN needs it"), context);
            case "longrope":
                throw keys.Refusal(Type, $"LongRoPE needs the tensors {ShortFactors} and {LongFactors}, which are not in the file");
            default:
                throw keys.Refusal(Type, "the scaling is unknown; known are none, linear, yarn, longrope");
        }
    }

    /// <summary>Llama 3's stretch if these are its divisors; otherwise any divisors are a LongRoPE that is the same for short and long.</summary>
    private static RotaryScaling Llama3(GgufKeys keys, RotaryConfig rotary, int headDim, ValueList<double> factors, string type)
    {
        if (type != "none")
            throw keys.Refusal(Type, $"the tensor {Factors} stretches the rotation already");
        int original = keys.Int(Original, OriginalContext);
        var known = new RotaryScaling.Llama3(factors.Count > 0 ? factors.Max() : 1, LowFrequencyFactor, HighFrequencyFactor, original);
        ValueList<double> theirs = Divisors(rotary with { Scaling = known }, headDim);
        bool same = theirs.Count == factors.Count && theirs.Zip(factors).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-4 * pair.Second);
        return same ? known : new RotaryScaling.LongRope(factors, factors, original, AttentionFactor: 1);
    }

    private static RotaryScaling.LongRope LongRope(GgufKeys keys, ValueList<double> longer, int context)
    {
        ValueList<double> shorter = keys.Numbers(ShortFactors) ?? throw keys.Refusal(Type, $"LongRoPE needs the tensor {ShortFactors} too");
        int original = keys.Int(Original, context);
        double usual = RotaryScaling.LongRope.UsualAttentionFactor((double)context / original, original), given = keys.Real(Attention, 1);
        return new RotaryScaling.LongRope(shorter, longer, original, (float)given == (float)usual ? usual : given);
    }

    /// <summary>The temperature is given by itself, or by its ratio to the paper's, or it is the paper's.</summary>
    private static RotaryScaling.Yarn Yarn(GgufKeys keys, double factor, int context)
    {
        keys.Demand("rope.scaling.yarn_ext_factor", 1);
        double ratio = keys.Real(Attention, 1);
        double? attention = keys.Has(YarnAttention) ? keys.Real(YarnAttention) : ratio != 1 ? ratio * Usual(factor) : null;
        return new RotaryScaling.Yarn(factor, keys.Int(Original, context), keys.Real(Fast, 32), keys.Real(Slow, 1), attention);
    }

    private static void Write(GgufKeysWriter keys, RotaryScaling.Yarn yarn)
    {
        keys.Add(Type, "yarn");
        keys.Add(Factor, yarn.Factor);
        keys.Add(Original, yarn.OriginalContext);
        if (yarn.BetaFast != 32)
            keys.Add(Fast, yarn.BetaFast);
        if (yarn.BetaSlow != 1)
            keys.Add(Slow, yarn.BetaSlow);
        if (yarn.AttentionFactor is not { } attention)
            return;
        keys.Add(YarnAttention, attention);
        keys.Add(Attention, attention / Usual(yarn.Factor));
    }

    private static ValueList<double> Rounded(ValueList<double> numbers) => ValueList.Of<double>([.. numbers.Select(number => (double)(float)number)]);

    private static double Usual(double factor) => factor <= 1 ? 1 : (0.1 * Math.Log(factor)) + 1;

    private static ValueList<double> Divisors(RotaryConfig rotary, int headDim)
    {
        double[] plain = (rotary with { Scaling = null }).Frequencies(headDim), stretched = rotary.Frequencies(headDim);
        return ValueList.Of<double>([.. plain.Zip(stretched, (before, after) => before / after)]);
    }

    private static StoredTensor Stored(string name, ValueList<double> numbers) =>
        new(name, DType.F32, numbers.Count, () => Tensor.From(numbers.Count, [.. numbers.Select(number => (float)number)]));
}
