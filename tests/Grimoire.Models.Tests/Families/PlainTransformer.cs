using System.Text.Json;
using Grimoire.Models.Formats;

namespace Grimoire.Models.Tests;

/// <summary>
/// A second opinion: the forward pass of a Hugging Face folder as plain float64 loops, written from the published architectures. It shares nothing with the
/// library but the reading of bytes: no module, op, config reader or weight map.
/// </summary>
internal sealed class PlainTransformer
{
    private readonly Dictionary<string, double[]> weights = new(StringComparer.Ordinal);
    private readonly JsonElement config;
    private readonly PlainRotation rotation, windowRotation;
    private readonly string type;
    private readonly bool isBert, isGemma;
    private readonly int layers, heads, keyValueHeads, headDim, channels;
    private readonly double epsilon;

    public PlainTransformer(string folder)
    {
        SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        foreach (string name in file.Entries.Select(entry => entry.Name))
            weights[name] = [.. Runs.Values(file.Tensor(name))];
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json")));
        config = json.RootElement.Clone();
        type = config.GetProperty("model_type").GetString()!;
        (isBert, isGemma) = (type == "bert", type.StartsWith("gemma", StringComparison.Ordinal));
        (layers, heads, channels) = ((int)Number("num_hidden_layers"), (int)Number("num_attention_heads"), (int)Number("hidden_size"));
        (keyValueHeads, headDim) = ((int)Number("num_key_value_heads", heads), (int)Number("head_dim", channels / heads));
        epsilon = Number(config.TryGetProperty("layer_norm_eps", out _) ? "layer_norm_eps" : "rms_norm_eps");
        rotation = new PlainRotation(config, headDim, Number("rope_theta", 10000), Of("rope_scaling"));
        windowRotation = type == "gemma3_text" ? new PlainRotation(config, headDim, Number("rope_local_base_freq", 10000), null) : rotation;
    }

    /// <summary>The logits of every token, or BERT's last hidden states.</summary>
    public double[][] Run(int[] tokens)
    {
        double[][] x = Embed(tokens);
        for (int layer = 0; layer < layers; layer++)
            x = isBert ? BertLayer(x, $"encoder.layer.{layer}.") : Layer(x, layer, $"model.layers.{layer}.");
        if (isBert)
            return x;
        string head = weights.ContainsKey("lm_head.weight") ? "lm_head" : "model.embed_tokens";
        double cap = Number("final_logit_softcapping", 0);
        return Each(Linear(Norm(x, "model.norm"), head), logit => cap > 0 ? cap * Math.Tanh(logit / cap) : logit);
    }

    private double[][] Embed(int[] tokens)
    {
        double[] Row(string table, int row) => weights[table][(row * channels)..((row + 1) * channels)];
        if (!isBert)
            return Each([.. tokens.Select(token => Row("model.embed_tokens.weight", token))], value => value * (isGemma ? Math.Sqrt(channels) : 1));
        double[][] sums = [.. tokens.Select((token, i) => Sum(
            Sum(Row("embeddings.word_embeddings.weight", token), Row("embeddings.position_embeddings.weight", i)), Row("embeddings.token_type_embeddings.weight", 0)))];
        return Norm(sums, "embeddings.LayerNorm");
    }

    private double[][] BertLayer(double[][] x, string at)
    {
        double[][] mixed = Attend(
            Linear(x, at + "attention.self.query"), Linear(x, at + "attention.self.key"), Linear(x, at + "attention.self.value"), (_, _) => true);
        x = Norm(Sum(x, Linear(mixed, at + "attention.output.dense")), at + "attention.output.LayerNorm");
        double[][] inner = Each(Linear(x, at + "intermediate.dense"), value => value * (1 + Erf(value / Math.Sqrt(2))) / 2);
        return Norm(Sum(x, Linear(inner, at + "output.dense")), at + "output.LayerNorm");
    }

    private double[][] Layer(double[][] x, int layer, string at)
    {
        double[][] said = Attention(Norm(x, at + "input_layernorm"), layer, at + "self_attn.");
        x = Sum(x, isGemma ? Norm(said, at + "post_attention_layernorm") : said);
        double[][] normed = Norm(x, at + (isGemma ? "pre_feedforward_layernorm" : "post_attention_layernorm"));
        said = type switch
        {
            "mixtral" => Mixture(normed, at + "block_sparse_moe.", "num_local_experts", "w1", "w3", "w2", normalized: true),
            "qwen3_moe" => Mixture(normed, at + "mlp.", "num_experts", "gate_proj", "up_proj", "down_proj", config.GetProperty("norm_topk_prob").GetBoolean()),
            "phi3" => Halves(normed, at + "mlp."),
            _ => Gated(normed, at + "mlp.gate_proj", at + "mlp.up_proj", at + "mlp.down_proj"),
        };
        return Sum(x, isGemma ? Norm(said, at + "post_feedforward_layernorm") : said);
    }

    private double[][] Attention(double[][] x, int layer, string at)
    {
        double[][] q, k, v;
        if (type == "phi3")
        {
            double[][] all = Linear(x, at + "qkv_proj");
            int ends = heads * headDim, keys = keyValueHeads * headDim;
            (q, k, v) = (Columns(all, 0, ends), Columns(all, ends, keys), Columns(all, ends + keys, keys));
        }
        else
            (q, k, v) = (Linear(x, at + "q_proj"), Linear(x, at + "k_proj"), Linear(x, at + "v_proj"));

        if (weights.ContainsKey(at + "q_norm.weight"))
            (q, k) = (PerHead(q, (_, head) => Norm(head, at + "q_norm")), PerHead(k, (_, head) => Norm(head, at + "k_norm")));
        int window = IsWindowed(layer) ? (int)Number("sliding_window") : int.MaxValue;
        if (type != "smollm3" || config.GetProperty("no_rope_layers")[layer].GetInt32() == 1)
        {
            PlainRotation turn = IsWindowed(layer) ? windowRotation : rotation;
            (q, k) = (PerHead(q, (t, head) => turn.Turn(head, t, x.Length)), PerHead(k, (t, head) => turn.Turn(head, t, x.Length)));
        }

        return Linear(Attend(q, k, v, (i, j) => j <= i && i - j < window), at + "o_proj");
    }

    private double[][] Attend(double[][] q, double[][] k, double[][] v, Func<int, int, bool> sees)
    {
        double scale = 1 / Math.Sqrt(Number("query_pre_attn_scalar", headDim)), cap = Number("attn_logit_softcapping", 0);
        double[][] mixed = [.. q.Select(_ => new double[heads * headDim])];
        for (int i = 0; i < q.Length; i++)
        {
            for (int head = 0; head < heads; head++)
            {
                int own = head * headDim, shared = head / (heads / keyValueHeads) * headDim;
                int[] seen = [.. Enumerable.Range(0, k.Length).Where(j => sees(i, j))];
                double[] scores = [.. seen.Select(j => scale * Enumerable.Range(0, headDim).Sum(c => q[i][own + c] * k[j][shared + c]))];
                double[] pattern = Softmax(cap > 0 ? [.. scores.Select(score => cap * Math.Tanh(score / cap))] : scores);
                for (int c = 0; c < headDim; c++)
                    mixed[i][own + c] = seen.Select((j, n) => pattern[n] * v[j][shared + c]).Sum();
            }
        }

        return mixed;
    }

    private double[][] Mixture(double[][] x, string at, string countKey, string gate, string up, string down, bool normalized) => [.. x.Select(row =>
    {
        double[] shares = Softmax(Linear([row], at + "gate")[0]);
        int[] best = [.. Enumerable.Range(0, (int)Number(countKey)).OrderByDescending(expert => shares[expert]).Take((int)Number("num_experts_per_tok"))];
        double total = normalized ? best.Sum(expert => shares[expert]) : 1;
        return best
            .Select(expert => Each(Gated([row], $"{at}experts.{expert}.{gate}", $"{at}experts.{expert}.{up}", $"{at}experts.{expert}.{down}"), value => value * shares[expert] / total)[0])
            .Aggregate(Sum);
    })];

    private double[][] Halves(double[][] x, string at)
    {
        double[][] both = Linear(x, at + "gate_up_proj");
        int half = both[0].Length / 2;
        return Linear(Product(Each(Columns(both, 0, half), Silu), Columns(both, half, half)), at + "down_proj");
    }

    private double[][] Gated(double[][] x, string gate, string up, string down) =>
        Linear(Product(Each(Linear(x, gate), isGemma ? GeluTanh : Silu), Linear(x, up)), down);

    private double[][] Norm(double[][] x, string name) => [.. x.Select(row => Norm(row, name))];

    /// <summary>Layer norm where there is a bias, else division by the root mean square; Gemma's weight is 1 + w.</summary>
    private double[] Norm(double[] row, string name)
    {
        double[] weight = weights[name + ".weight"];
        double[]? bias = weights.GetValueOrDefault(name + ".bias");
        double mean = bias is null ? 0 : row.Average();
        double deviation = Math.Sqrt(row.Average(value => (value - mean) * (value - mean)) + epsilon);
        return [.. row.Select((value, i) => ((value - mean) / deviation * (weight[i] + (isGemma ? 1 : 0))) + (bias?[i] ?? 0))];
    }

    private double[][] Linear(double[][] x, string name)
    {
        double[] weight = weights[name + ".weight"];
        double[]? bias = weights.GetValueOrDefault(name + ".bias");
        return [.. x.Select(row => Enumerable.Range(0, weight.Length / row.Length)
            .Select(output => row.Select((value, i) => value * weight[(output * row.Length) + i]).Sum() + (bias?[output] ?? 0)).ToArray())];
    }

    private double[][] PerHead(double[][] x, Func<int, double[], double[]> change) =>
        [.. x.Select((row, t) => row.Chunk(headDim).SelectMany(head => change(t, head)).ToArray())];

    private bool IsWindowed(int layer) => Of("sliding_window") is not null
        && (Of("layer_types") is not { } types || types[layer].GetString() == "sliding_attention");

    private double Number(string key, double? fallback = null) => Of(key)?.GetDouble() ?? fallback ?? throw new KeyNotFoundException(key);

    private JsonElement? Of(string key) => config.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static double Silu(double x) => x / (1 + Math.Exp(-x));

    private static double GeluTanh(double x) => x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))) / 2;

    /// <summary>2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!, whose terms are all of one sign.</summary>
    private static double Erf(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 400; n++)
            sum += term *= 2 * x * x / ((2 * n) + 1);
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    private static double[] Softmax(double[] x)
    {
        double most = x.Max(), total = x.Sum(value => Math.Exp(value - most));
        return [.. x.Select(value => Math.Exp(value - most) / total)];
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (one, other) => one + other)];

    private static double[][] Sum(double[][] a, double[][] b) => [.. a.Zip(b, Sum)];

    private static double[][] Product(double[][] a, double[][] b) => [.. a.Zip(b, (row, other) => row.Zip(other, (one, two) => one * two).ToArray())];

    private static double[][] Columns(double[][] x, int start, int count) => [.. x.Select(row => row[start..(start + count)])];

    private static double[][] Each(double[][] x, Func<double, double> change) => [.. x.Select(row => row.Select(change).ToArray())];
}
