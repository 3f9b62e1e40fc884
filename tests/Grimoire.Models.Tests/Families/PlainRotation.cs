using System.Text.Json;

namespace Grimoire.Models.Tests;

/// <summary>Rotary positions in float64, stretched as <c>rope_scaling</c> says, written from the papers and Hugging Face's documentation.</summary>
internal sealed class PlainRotation(JsonElement config, int headDim, double theta, JsonElement? scaling)
{
    private readonly int rotated = (int)(headDim * Number(
        config, "partial_rotary_factor", config.GetProperty("model_type").GetString() == "stablelm" ? 0.25 : 1));

    /// <summary>A head's channels at a position of a sequence: channel i turns with channel i + rotated/2.</summary>
    public double[] Turn(double[] head, int position, int length)
    {
        double[] turned = [.. head];
        double size = Magnitude();
        for (int i = 0; i < rotated / 2; i++)
        {
            double angle = position * Frequency(i, length), a = head[i], b = head[i + (rotated / 2)];
            turned[i] = size * ((a * Math.Cos(angle)) - (b * Math.Sin(angle)));
            turned[i + (rotated / 2)] = size * ((a * Math.Sin(angle)) + (b * Math.Cos(angle)));
        }

        return turned;
    }

    private string? Kind => scaling is not { } s ? null : s.TryGetProperty("rope_type", out JsonElement kind) ? kind.GetString() : s.GetProperty("type").GetString();

    private double Frequency(int pair, int length)
    {
        double plain = Math.Pow(theta, -2.0 * pair / rotated);
        return Kind switch
        {
            "linear" => plain / Of("factor"),
            "llama3" => Llama3(plain),
            "yarn" => Yarn(plain, pair),
            "longrope" => plain / scaling!.Value.GetProperty(length > Original() ? "long_factor" : "short_factor")[pair].GetDouble(),
            _ => plain,
        };
    }

    private double Llama3(double plain)
    {
        double wavelength = 2 * Math.PI / plain, original = Of("original_max_position_embeddings");
        double longest = original / Of("low_freq_factor"), shortest = original / Of("high_freq_factor");
        if (wavelength < shortest)
            return plain;
        if (wavelength > longest)
            return plain / Of("factor");
        double smooth = ((original / wavelength) - Of("low_freq_factor")) / (Of("high_freq_factor") - Of("low_freq_factor"));
        return ((1 - smooth) * plain / Of("factor")) + (smooth * plain);
    }

    private double Yarn(double plain, int pair)
    {
        double PairOf(double turns) => rotated * Math.Log(Of("original_max_position_embeddings") / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
        double low = Math.Max(Math.Floor(PairOf(Of("beta_fast"))), 0), high = Math.Min(Math.Ceiling(PairOf(Of("beta_slow"))), rotated - 1);
        double ramp = Math.Clamp((pair - low) / (high == low ? 0.001 : high - low), 0, 1);
        return (plain / Of("factor") * ramp) + (plain * (1 - ramp));
    }

    private double Magnitude()
    {
        if (Kind is not ("yarn" or "longrope"))
            return 1;
        if (scaling!.Value.TryGetProperty("attention_factor", out JsonElement stated))
            return stated.GetDouble();
        double stretch = Kind == "yarn" ? Of("factor") : Number(config, "max_position_embeddings", 0) / Original();
        return stretch <= 1 ? 1 : Kind == "yarn" ? (0.1 * Math.Log(stretch)) + 1 : Math.Sqrt(1 + (Math.Log(stretch) / Math.Log(Original())));
    }

    private double Original() => Number(config, "original_max_position_embeddings", 0);

    private double Of(string key) => scaling!.Value.GetProperty(key).GetDouble();

    private static double Number(JsonElement json, string key, double fallback) => json.TryGetProperty(key, out JsonElement value) ? value.GetDouble() : fallback;
}
