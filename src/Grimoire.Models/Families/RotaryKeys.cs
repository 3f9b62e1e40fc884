using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>
/// The keys of <c>config.json</c> about rotary positions: <c>rope_theta</c> and <c>rope_scaling</c> (<c>type</c> in old files, <c>rope_type</c> in
/// newer ones), or both together as <c>rope_parameters</c> in the newest.
/// </summary>
internal static class RotaryKeys
{
    /// <summary>The rotation.</summary>
    public static RotaryConfig Read(JsonRecord json, int context)
    {
        JsonRecord? parameters = json.Object("rope_parameters");
        JsonRecord? scaling = json.Object("rope_scaling");
        if (parameters is not null && scaling is not null)
            throw json.Refusal("rope_scaling", "rope_parameters is there too; keep one of the two");
        JsonRecord source = parameters is not null && parameters.Has("rope_theta") ? parameters : json;
        return new RotaryConfig
        {
            Base = Above(source, "rope_theta", 0, 10000),
            Fraction = Fraction(json, parameters),
            Scaling = (parameters ?? scaling) is { } fields ? Scaling(fields, context) : null,
        };
    }

    /// <summary>Writes what <see cref="Read"/> reads.</summary>
    public static void Write(Utf8JsonWriter json, RotaryConfig rotary)
    {
        json.WriteReal("rope_theta", rotary.Base);
        if (rotary.Fraction != 1)
            json.WriteReal("partial_rotary_factor", rotary.Fraction);
        if (rotary.Scaling is null)
        {
            json.WriteNull("rope_scaling");
            return;
        }

        json.WriteStartObject("rope_scaling");
        Write(json, rotary.Scaling);
        json.WriteEndObject();
    }

    private static double Fraction(JsonRecord json, JsonRecord? parameters)
    {
        JsonRecord source = parameters is not null && parameters.Has("partial_rotary_factor") ? parameters : json;
        double fraction = source.Number("partial_rotary_factor", 1);
        return fraction is > 0 and <= 1 ? fraction : throw source.Refusal("partial_rotary_factor", "a share in (0, 1] is expected");
    }

    private static RotaryScaling? Scaling(JsonRecord fields, int context)
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
            _ => throw fields.Refusal(key, "the scaling is unknown; known are default, linear, llama3, yarn"),
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

    private static double Above(JsonRecord json, string key, double bound, double? fallback = null)
    {
        double value = json.Number(key, fallback);
        return value > bound ? value : throw json.Refusal(key, FormattableString.Invariant($"a number above {bound} is expected"));
    }

    private static void Write(Utf8JsonWriter json, RotaryScaling scaling)
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
        }
    }
}
