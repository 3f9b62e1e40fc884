using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>
/// The keys of <c>config.json</c> about rotary positions: <c>rope_theta</c> and <c>rope_scaling</c> (<c>type</c> in old files, <c>rope_type</c> in
/// newer ones), or both together as <c>rope_parameters</c> in the newest.
/// </summary>
internal static class RotaryKeys
{
    private const string Original = "original_max_position_embeddings";
    private const string Full = "full_attention", Sliding = "sliding_attention";

    /// <summary>The rotation.</summary>
    /// <param name="json">The config.</param>
    /// <param name="context">The model's longest sequence.</param>
    /// <param name="theta">The base where the config does not say.</param>
    /// <param name="fraction">The share of a head that rotates where the config does not say.</param>
    public static RotaryConfig Read(JsonRecord json, int context, double theta, double fraction)
    {
        JsonRecord? parameters = json.Object("rope_parameters");
        if (parameters is not null && parameters.Has(Full))
            parameters = ByLayerType(parameters).Object(Full);
        JsonRecord? scaling = json.Object("rope_scaling");
        if (parameters is not null && scaling is not null)
            throw json.Refusal("rope_scaling", "rope_parameters is there too; keep one of the two");
        JsonRecord source = parameters is not null && parameters.Has("rope_theta") ? parameters : json;
        return new RotaryConfig
        {
            Base = Above(source, "rope_theta", 0, theta),
            Fraction = Fraction(json, parameters, fraction),
            Scaling = (parameters ?? scaling) is { } fields ? Scaling(fields, json, context) : null,
        };
    }

    /// <summary>
    /// The rotation of layers with a window, as Gemma 3 has it: <c>rope_local_base_freq</c>, never stretched; or <c>rope_parameters</c> by layer type.
    /// </summary>
    public static RotaryConfig ReadWindow(JsonRecord json, int context)
    {
        if (json.Object("rope_parameters") is not { } parameters || !parameters.Has(Sliding))
            return new RotaryConfig { Base = Above(json, "rope_local_base_freq", 0, 10000) };
        JsonRecord fields = ByLayerType(parameters).Object(Sliding)!;
        return new RotaryConfig { Base = Above(fields, "rope_theta", 0), Scaling = Scaling(fields, json, context) };
    }

    /// <summary>Writes what <see cref="Read"/> reads.</summary>
    public static void Write(Utf8JsonWriter json, RotaryConfig rotary, int context, double fraction)
    {
        json.WriteReal("rope_theta", rotary.Base);
        if (rotary.Fraction != fraction)
            json.WriteReal("partial_rotary_factor", rotary.Fraction);
        if (rotary.Scaling is RotaryScaling.LongRope stretch)
            json.WriteNumber(Original, stretch.OriginalContext);
        if (rotary.Scaling is null)
        {
            json.WriteNull("rope_scaling");
            return;
        }

        json.WriteStartObject("rope_scaling");
        Write(json, rotary.Scaling, context);
        json.WriteEndObject();
    }

    private static JsonRecord ByLayerType(JsonRecord parameters) =>
        parameters.Keys.FirstOrDefault(key => key is not (Full or Sliding)) is { } unknown
            ? throw parameters.Refusal(unknown, $"the key is unknown beside {Full} and {Sliding}")
            : parameters;

    private static double Fraction(JsonRecord json, JsonRecord? parameters, double fallback)
    {
        JsonRecord source = parameters is not null && parameters.Has("partial_rotary_factor") ? parameters : json;
        double fraction = source.Number("partial_rotary_factor", fallback);
        return fraction is > 0 and <= 1 ? fraction : throw source.Refusal("partial_rotary_factor", "a share in (0, 1] is expected");
    }

    private static RotaryScaling? Scaling(JsonRecord fields, JsonRecord json, int context)
    {
        string key = fields.Has("rope_type") ? "rope_type" : "type";
        string type = fields.Text(key, "default");
        if (fields.Has("type") && fields.Text("type") != type)
            throw fields.Refusal("type", $"rope_type says \"{type}\"");
        RotaryScaling? scaling = type switch
        {
            "default" => null,
            "linear" => new RotaryScaling.Linear(Above(fields, "factor", 0)),
            "llama3" => Llama3(fields),
            "yarn" => Yarn(fields, context),
            "longrope" or "su" => LongRope(fields, json, context),
            _ => throw fields.Refusal(key, "the scaling is unknown; known are default, linear, llama3, yarn, longrope"),
        };
        return fields.Unasked.FirstOrDefault() is { } unknown ? throw fields.Refusal(unknown, $"the key is unknown in {type} scaling") : scaling;
    }

    private static RotaryScaling.Llama3 Llama3(JsonRecord fields)
    {
        double low = Above(fields, "low_freq_factor", 0);
        return new(Above(fields, "factor", 0), low, Above(fields, "high_freq_factor", low), fields.Int("original_max_position_embeddings"));
    }

    private static RotaryScaling.Yarn Yarn(JsonRecord fields, int context)
    {
        fields.Demand("truncate", true);
        double slow = Above(fields, "beta_slow", 0, 1);
        double? attention = fields.Has("attention_factor") ? Above(fields, "attention_factor", 0) : null;
        return new(
            Above(fields, "factor", 0), fields.Int("original_max_position_embeddings", context), Above(fields, "beta_fast", slow, 32), slow, attention);
    }

    /// <summary>Phi's configs have the original context outside of <c>rope_scaling</c>, newer ones inside.</summary>
    private static RotaryScaling.LongRope LongRope(JsonRecord fields, JsonRecord json, int context)
    {
        int original = json.Has(Original) ? json.Int(Original) : fields.Int(Original, context);
        if (fields.Has(Original) && fields.Int(Original) != original)
            throw fields.Refusal(Original, $"the key of that name outside says {original}");
        double stretch = json.Has(Original) || fields.Has(Original) ? (double)context / original : Above(fields, "factor", 0, 1);
        fields.Skip("factor");
        double attention = fields.Has("attention_factor")
            ? Above(fields, "attention_factor", 0)
            : RotaryScaling.LongRope.UsualAttentionFactor(stretch, original);
        return new(Factors(fields, "short_factor"), Factors(fields, "long_factor"), original, attention);
    }

    private static ValueList<double> Factors(JsonRecord fields, string key)
    {
        double[] factors = fields.Numbers(key);
        return factors.All(factor => factor > 0) ? [.. factors] : throw fields.Refusal(key, "positive numbers are expected");
    }

    private static double Above(JsonRecord json, string key, double bound, double? fallback = null)
    {
        double value = json.Number(key, fallback);
        return value > bound ? value : throw json.Refusal(key, FormattableString.Invariant($"a number above {bound} is expected"));
    }

    private static void Write(Utf8JsonWriter json, RotaryScaling scaling, int context)
    {
        switch (scaling)
        {
            case RotaryScaling.Linear linear:
                json.WriteString("rope_type", "linear");
                json.WriteReal("factor", linear.Factor);
                break;
            case RotaryScaling.Llama3 llama:
                json.WriteString("rope_type", "llama3");
                json.WriteReal("factor", llama.Factor);
                json.WriteReal("low_freq_factor", llama.LowFrequencyFactor);
                json.WriteReal("high_freq_factor", llama.HighFrequencyFactor);
                json.WriteNumber("original_max_position_embeddings", llama.OriginalContext);
                break;
            case RotaryScaling.Yarn yarn:
                json.WriteString("rope_type", "yarn");
                json.WriteReal("factor", yarn.Factor);
                json.WriteNumber("original_max_position_embeddings", yarn.OriginalContext);
                json.WriteReal("beta_fast", yarn.BetaFast);
                json.WriteReal("beta_slow", yarn.BetaSlow);
                if (yarn.AttentionFactor is { } factor)
                    json.WriteReal("attention_factor", factor);
                break;
            case RotaryScaling.LongRope stretch:
                json.WriteString("type", "longrope"); // Phi's first readers know the old spelling and these three keys only
                WriteFactors(json, "short_factor", stretch.ShortFactors);
                WriteFactors(json, "long_factor", stretch.LongFactors);
                if (stretch.AttentionFactor != RotaryScaling.LongRope.UsualAttentionFactor((double)context / stretch.OriginalContext, stretch.OriginalContext))
                    json.WriteReal("attention_factor", stretch.AttentionFactor);
                break;
        }
    }

    private static void WriteFactors(Utf8JsonWriter json, string key, ValueList<double> factors)
    {
        json.WriteStartArray(key);
        foreach (double factor in factors)
            json.WriteNumberValue(factor);
        json.WriteEndArray();
    }
}
