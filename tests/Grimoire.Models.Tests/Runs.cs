using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

/// <summary>What the tests do with a model again and again.</summary>
internal static class Runs
{
    private static readonly Kernels Simd128 = Kernels.CreateSimd(threads: 2, vectorBits: 128), Simd256 = Kernels.CreateSimd(threads: 2, vectorBits: 256);

    /// <summary>A device by name: <c>reference</c>, or <c>simd</c> with the width of its vectors, the machine's own if none is given.</summary>
    public static Kernels Device(string name) => name switch
    {
        "reference" => Kernels.Reference,
        "simd" => Kernels.Simd,
        "simd-128" => Simd128,
        "simd-256" => Simd256,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    /// <summary>Logits of every row, or an encoder's hidden states: what a model says.</summary>
    public static Tensor Output(this Transformer model, Pass pass) => model.Config.Head ? model.Forward(pass) : model.Stream(pass, model.Embed(pass));

    /// <summary>How many numbers it says of each row.</summary>
    public static int Width(this Transformer model) => model.Config.Head ? model.Config.Vocabulary : model.Config.Channels;

    /// <summary>Logits of every row of one sequence, <c>[token · vocabulary]</c>, or an encoder's hidden states.</summary>
    public static float[] Logits(this Transformer model, params ReadOnlySpan<int> tokens) => model.Logits(new Workspace(Kernels.Reference), Batch.Of(tokens));

    public static float[] Logits(this Transformer model, Workspace workspace, Batch batch, PassOptions options = default) =>
        Values(model.Output(model.Begin(workspace, batch, options)));

    /// <summary>The values as float32, whatever they are stored as.</summary>
    public static float[] Values(Tensor tensor)
    {
        Tensor copy = Tensor.Zeros(tensor.Shape);
        Kernels.Reference.Copy(tensor, copy);
        return copy.ToArray<float>();
    }

    /// <summary>The most likely continuation, token by token with a cache, or by reading everything again each time.</summary>
    public static int[] Greedy(this Transformer model, Kernels kernels, ReadOnlySpan<int> prompt, int count, bool cached)
    {
        var workspace = new Workspace(kernels);
        KeyValueCache? cache = cached ? new KeyValueCache(model.Config) : null;
        List<int> tokens = [.. prompt];
        int[] next = [.. prompt];
        for (int i = 0; i < count; i++)
        {
            workspace.Reset();
            Pass pass = model.Begin(workspace, cached ? Batch.Of(next, cache) : Batch.Of(tokens.ToArray()));
            next = [Ops.ArgMax(model.ForwardLast(pass)).Span<int>()[0]];
            tokens.Add(next[0]);
        }

        return [.. tokens.Skip(prompt.Length)];
    }

    /// <summary>The same model with its weights in another type.</summary>
    public static Transformer In(this Transformer model, DType type)
    {
        Dictionary<string, Tensor> byName = model.Parameters.ToDictionary(p => p.Name, p => p.Tensor);
        return new Transformer(model.Config, (name, _) =>
        {
            Tensor copy = Tensor.Zeros(byName[name].Shape, type);
            Kernels.Reference.Copy(byName[name], copy);
            return copy;
        });
    }

    public static double LargestDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Assert.Equal(a.Length, b.Length);
        double largest = 0;
        for (int i = 0; i < a.Length; i++)
            largest = Math.Max(largest, Math.Abs((double)a[i] - b[i]));
        return largest;
    }
}
