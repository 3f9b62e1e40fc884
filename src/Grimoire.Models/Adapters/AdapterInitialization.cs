using System.Globalization;
using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>The numbers an adapter is born with: where it can be, such that the model does at first what it did.</summary>
internal static class AdapterInitialization
{
    /// <summary>
    /// A is uniform in ±1/√in as the inventors' code has it, B is 0, DoRA's lengths are those of W's rows, IA³'s factors are 1; prompts and prefixes, which
    /// cannot say nothing, say some tokens. A number depends on the seed, its name and its place only.
    /// </summary>
    public static ParameterSource Random(Transformer model, ulong seed)
    {
        KeyValueCache? text = null;
        return (name, shape) => Random(model, seed, name, shape, ref text);
    }

    private static Tensor Random(Transformer model, ulong seed, string name, Shape shape, ref KeyValueCache? text)
    {
        Tensor tensor = Tensor.Zeros(shape);
        switch (name[(name.IndexOf(".lora_", StringComparison.Ordinal) + 1)..])
        {
            case "lora_A.weight":
                FillUniform(tensor.Span<float>(), 1 / Math.Sqrt(shape.Last), Initialization.SeedOf(seed, name));
                break;
            case "lora_B.weight":
                break;
            case "lora_magnitude_vector":
                RowNorms.Roots(RowNorms.Squares(Weight(model, name)), tensor);
                break;
            default:
                if (name.EndsWith(".ia3_l", StringComparison.Ordinal))
                    tensor.Span<float>().Fill(1);
                else
                    FillFromTokens(model, name, tensor, seed, ref text);
                break;
        }

        return tensor;
    }

    /// <summary>
    /// What random tokens of the vocabulary give: their embeddings, or the keys and values of a text of them, which trains better than noise (Li and Liang
    /// 2021, section 7.4).
    /// </summary>
    private static void FillFromTokens(Transformer model, string name, Tensor tensor, ulong seed, ref KeyValueCache? text)
    {
        int[] tokens = [.. Enumerable.Range(0, tensor.Shape[0]).Select(i => (int)CountedRandom.Below(model.Config.Vocabulary, seed, (ulong)i))];
        var workspace = new Workspace(Kernels.Simd);
        if (name.Split('.') is not ["prefix", var layer, var what])
        {
            Kernels.Simd.Copy(Ops.Embedding(workspace, model.TokenEmbedding, workspace.From(tokens)), tensor);
            return;
        }

        if (text is null)
        {
            text = new KeyValueCache(model.Config);
            Pass pass = model.Begin(workspace, Batch.Of(tokens, text));
            model.Stream(pass, model.Embed(pass));
        }

        int number = int.Parse(layer, CultureInfo.InvariantCulture);
        Tensor rows = (what == "keys" ? text.Keys(number) : text.Values(number))!;
        Kernels.Simd.CopyRows(rows.Reshape((rows.Shape[0], tensor.Shape[1])), 0, tensor.Shape[0], tensor, 0);
    }

    private static Tensor Weight(Transformer model, string name)
    {
        string layer = name[..name.IndexOf(".lora_", StringComparison.Ordinal)];
        return AdapterTargets.Linears(model).First(linear => linear.Name == layer).Weight;
    }

    private static void FillUniform(Span<float> values, double bound, ulong seed)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(bound * ((2.0 * CountedRandom.Uniform(seed, (ulong)i)) - 1));
    }
}
