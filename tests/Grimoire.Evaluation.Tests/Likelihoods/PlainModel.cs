using System.Text.Json;

namespace Grimoire.Evaluation.Tests;

/// <summary>
/// Models of GPT-2's and Llama's kind written down once more, as plainly as can be, in double precision: the file's bytes, the textbook's formulas, and nothing
/// of what is tested.
/// </summary>
internal sealed class PlainModel
{
    private readonly Dictionary<string, (int[] Shape, double[] Values)> weights = new(StringComparer.Ordinal);
    private readonly JsonElement config;

    public PlainModel(string folder)
    {
        config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json"))).RootElement;
        byte[] file = File.ReadAllBytes(Path.Combine(folder, "model.safetensors"));
        int header = (int)BitConverter.ToInt64(file, 0);
        foreach (JsonProperty entry in JsonDocument.Parse(file.AsMemory(8, header)).RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            int[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
            int from = 8 + header + entry.Value.GetProperty("data_offsets")[0].GetInt32(), count = shape.Aggregate(1, (a, b) => a * b);
            if (entry.Value.GetProperty("dtype").GetString() == "F32")
                weights[entry.Name] = (shape, [.. Enumerable.Range(0, count).Select(i => (double)BitConverter.ToSingle(file, from + (4 * i)))]);
        }
    }

    /// <summary>ln p of each token but the first.</summary>
    public double[] LogProbabilities(int[] ids)
    {
        double[][] x = config.GetProperty("model_type").GetString() == "gpt2" ? Gpt2(ids[..^1]) : Llama(ids[..^1]);
        return [.. Enumerable.Range(0, ids.Length - 1).Select(t => LogSoftmax(x[t], ids[t + 1]))];
    }

    private int Number(string key) => config.GetProperty(key).GetInt32();

    private double[] Row(string name, int row) => weights[name].Values.AsSpan(row * weights[name].Shape[1], weights[name].Shape[1]).ToArray();

    private double[][] Gpt2(int[] ids)
    {
        int channels = Number("n_embd"), heads = Number("n_head");
        double[][] x = [.. ids.Select((id, t) => Sum(Row("wte.weight", id), Row("wpe.weight", t)))];
        for (int layer = 0; layer < Number("n_layer"); layer++)
        {
            string at = $"h.{layer}.";
            double[][] qkv = [.. x.Select(row => Conv(LayerNorm(row, at + "ln_1"), at + "attn.c_attn"))];
            double[][] mixed = Attend([.. qkv.Select(row => row[..channels])], [.. qkv.Select(row => row[channels..(2 * channels)])], [.. qkv.Select(row => row[(2 * channels)..])], heads, heads);
            x = [.. x.Zip(mixed, (row, mix) => Sum(row, Conv(mix, at + "attn.c_proj")))];
            x = [.. x.Select(row => Sum(row, Conv([.. Conv(LayerNorm(row, at + "ln_2"), at + "mlp.c_fc").Select(Gelu)], at + "mlp.c_proj")))];
        }

        return [.. x.Select(row => Linear(LayerNorm(row, "ln_f"), "wte.weight"))];
    }

    private double[][] Llama(int[] ids)
    {
        int heads = Number("num_attention_heads"), shared = Number("num_key_value_heads"), head = Number("hidden_size") / heads;
        double theta = config.GetProperty("rope_theta").GetDouble();
        double[][] x = [.. ids.Select(id => Row("model.embed_tokens.weight", id))];
        for (int layer = 0; layer < Number("num_hidden_layers"); layer++)
        {
            string at = $"model.layers.{layer}.";
            double[][] normed = [.. x.Select(row => RmsNorm(row, at + "input_layernorm.weight"))];
            double[][] mixed = Attend(
                [.. normed.Select((row, t) => Rotate(Linear(row, at + "self_attn.q_proj.weight"), t, head, theta))],
                [.. normed.Select((row, t) => Rotate(Linear(row, at + "self_attn.k_proj.weight"), t, head, theta))],
                [.. normed.Select(row => Linear(row, at + "self_attn.v_proj.weight"))], heads, shared);
            x = [.. x.Zip(mixed, (row, mix) => Sum(row, Linear(mix, at + "self_attn.o_proj.weight")))];
            x = [.. x.Select(row =>
            {
                double[] in_ = RmsNorm(row, at + "post_attention_layernorm.weight"), gate = Linear(in_, at + "mlp.gate_proj.weight"), up = Linear(in_, at + "mlp.up_proj.weight");
                return Sum(row, Linear([.. gate.Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u)], at + "mlp.down_proj.weight"));
            })];
        }

        return [.. x.Select(row => Linear(RmsNorm(row, "model.norm.weight"), "model.embed_tokens.weight"))];
    }

    private static double[][] Attend(double[][] q, double[][] k, double[][] v, int heads, int shared)
    {
        int head = q[0].Length / heads;
        return [.. q.Select((row, t) =>
        {
            double[] mixed = new double[row.Length];
            for (int h = 0; h < heads; h++)
            {
                int own = h * head, of = h * shared / heads * head;
                double[] scores = [.. Enumerable.Range(0, t + 1).Select(s => Enumerable.Range(0, head).Sum(i => row[own + i] * k[s][of + i]) / Math.Sqrt(head))];
                double most = scores.Max(), total = scores.Sum(score => Math.Exp(score - most));
                for (int s = 0; s <= t; s++)
                {
                    for (int i = 0; i < head; i++)
                        mixed[own + i] += Math.Exp(scores[s] - most) / total * v[s][of + i];
                }
            }

            return mixed;
        })];
    }

    private static double[] Rotate(double[] row, int position, int head, double theta)
    {
        double[] turned = [.. row];
        for (int from = 0; from < row.Length; from += head)
        {
            for (int i = 0; i < head / 2; i++)
            {
                double angle = position / Math.Pow(theta, 2.0 * i / head), a = row[from + i], b = row[from + i + (head / 2)];
                (turned[from + i], turned[from + i + (head / 2)]) = ((a * Math.Cos(angle)) - (b * Math.Sin(angle)), (b * Math.Cos(angle)) + (a * Math.Sin(angle)));
            }
        }

        return turned;
    }

    /// <summary>A matrix stored <c>[out, in]</c>.</summary>
    private double[] Linear(double[] x, string name)
    {
        (int[] shape, double[] w) = weights[name];
        double[] y = new double[shape[0]];
        for (int o = 0; o < y.Length; o++)
        {
            for (int i = 0; i < x.Length; i++)
                y[o] += w[(o * x.Length) + i] * x[i];
        }

        return y;
    }

    /// <summary>A matrix stored <c>[in, out]</c>, and a bias.</summary>
    private double[] Conv(double[] x, string name)
    {
        double[] w = weights[name + ".weight"].Values, y = [.. weights[name + ".bias"].Values];
        for (int i = 0; i < x.Length; i++)
        {
            for (int o = 0; o < y.Length; o++)
                y[o] += x[i] * w[(i * y.Length) + o];
        }

        return y;
    }

    private double[] LayerNorm(double[] x, string name)
    {
        double mean = x.Average(), scale = 1 / Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + config.GetProperty("layer_norm_epsilon").GetDouble());
        return [.. x.Select((value, i) => ((value - mean) * scale * weights[name + ".weight"].Values[i]) + weights[name + ".bias"].Values[i])];
    }

    private double[] RmsNorm(double[] x, string name)
    {
        double scale = 1 / Math.Sqrt(x.Average(value => value * value) + config.GetProperty("rms_norm_eps").GetDouble());
        return [.. x.Select((value, i) => value * scale * weights[name].Values[i])];
    }

    private static double Gelu(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

    private static double LogSoftmax(double[] logits, int token)
    {
        double most = logits.Max();
        return logits[token] - most - Math.Log(logits.Sum(logit => Math.Exp(logit - most)));
    }
}
