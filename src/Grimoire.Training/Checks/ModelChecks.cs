using System.Globalization;
using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training.Checks;

/// <summary>
/// Tests that any correct language model and trainer pass, run on the user's own machine and architecture: each compares two ways to the same
/// number.
/// </summary>
/// <param name="config">The architecture.</param>
/// <param name="kernels">The kernels to be trusted.</param>
/// <param name="seed">Chooses weights and tokens.</param>
public sealed class ModelChecks(ModelConfig config, Kernels kernels, ulong seed = 1)
{
    private const int Sequences = 4;

    private int Length => Math.Min(config.Context, 32);

    /// <summary>All checks, one after another, as they are enumerated.</summary>
    /// <exception cref="GrimoireException">The model is an encoder: it foresees nothing that could be checked.</exception>
    public IEnumerable<CheckResult> All()
    {
        if (!config.Head || !config.Causal)
            throw new GrimoireException($"a {config.Family} model is an encoder: these checks are of models that foresee the next token.");
        yield return Gradients();
        yield return FirstLoss();
        yield return CausalLeak();
        yield return CacheParity();
        yield return Packing();
        yield return Reference();
        yield return Threads();
        yield return OverfitOneBatch();
    }

    /// <summary>
    /// Backward passes against central differences (f(w+h) − f(w−h)) / 2h in float64, on a small model of the same kind; the kernels' own gradients,
    /// in float32, are then held against those.
    /// </summary>
    public CheckResult Gradients()
    {
        const double Step = 1e-5, Limit = 1e-5, FloatLimit = 1e-3;
        ModelConfig small = config.Small();
        Transformer fast = Bent(small);
        Transformer exact = Widened(fast);
        Batch batch = RandomBatch(small, out int[] targets);
        double Loss() => LossOf(exact, new Workspace(Kernels.Reference, null, DType.F64), batch, targets).Item();

        BackwardOf(exact, Kernels.Reference, DType.F64, batch, targets);
        BackwardOf(fast, kernels, DType.F32, batch, targets);
        double all = RootMeanSquare([.. exact.Parameters.Select(p => RootMeanSquare(p.Tensor.Grad!.Span<double>()))]);
        double worst = 0, worstFloat = 0;
        for (int p = 0; p < exact.Parameters.Count; p++)
        {
            Span<double> values = exact.Parameters[p].Tensor.Span<double>();
            Span<double> grads = exact.Parameters[p].Tensor.Grad!.Span<double>();
            int i = (int)(CountedRandom.Bits(seed, (ulong)p) % (ulong)values.Length);
            double before = values[i];
            values[i] = before + Step;
            double above = Loss();
            values[i] = before - Step;
            double below = Loss();
            values[i] = before;
            // Some gradients are zero by symmetry (a key's bias shifts all scores alike): they are held against the others' size.
            double scale = RootMeanSquare(grads) + (1e-3 * all);
            worst = Math.Max(worst, Math.Abs(((above - below) / (2 * Step)) - grads[i]) / (Math.Abs(grads[i]) + scale));
            worstFloat = Math.Max(worstFloat, WorstDifference(fast.Parameters[p].Tensor.Grad!.Span<float>(), grads) / scale);
        }

        return new CheckResult(
            "gradients", worst < Limit && worstFloat < FloatLimit,
            $"central differences {Number(worst)} (limit {Number(Limit)}), float32 against float64 {Number(worstFloat)} (limit {Number(FloatLimit)})");
    }

    /// <summary>An untrained model knows nothing: its loss is ln V.</summary>
    public CheckResult FirstLoss()
    {
        const double Limit = 0.1;
        double loss = LossOf(Newborn(config), new Workspace(kernels), RandomBatch(config, out int[] targets), targets).Item();
        double uniform = Math.Log(config.Vocabulary);
        return new CheckResult(
            "first loss", Math.Abs(loss - uniform) < Limit, FormattableString.Invariant($"{loss:F4}, ln V = {uniform:F4} (limit ± {Limit})"));
    }

    /// <summary>
    /// A token must not change what was predicted before it: not by one bit; with experts only by rounding, since an expert's product depends in its last bits
    /// on how many rows it has.
    /// </summary>
    public CheckResult CausalLeak()
    {
        double limit = config.Experts > 0 ? 1e-5 : 0;
        Transformer model = Bent(config);
        int[] tokens = RandomTokens(config, Length, stream: 1);
        float[] before = LogitsOf(model, kernels, Batch.Of(tokens));
        tokens[^1] = (tokens[^1] + 1) % config.Vocabulary;
        float[] after = LogitsOf(model, kernels, Batch.Of(tokens));
        int earlier = (Length - 1) * config.Vocabulary;
        double worst = WorstDifference(before.AsSpan(0, earlier), after.AsSpan(0, earlier)) / RootMeanSquare(before);
        bool same = worst <= limit;
        bool seen = config.Vocabulary == 1 || !before.AsSpan(earlier).SequenceEqual(after.AsSpan(earlier));
        string unchanged = $"{Length - 1} earlier rows unchanged{(limit == 0 ? " to the bit" : "")}";
        return new CheckResult("causal leak", same && seen, same ? unchanged : "a later token changed an earlier prediction");
    }

    /// <summary>Token by token with a cache gives what the whole text gives at once.</summary>
    public CheckResult CacheParity()
    {
        const double Limit = 1e-4;
        Transformer model = Bent(config);
        int[] tokens = RandomTokens(config, Length, stream: 2);
        float[] whole = LogitsOf(model, kernels, Batch.Of(tokens));
        var cache = new KeyValueCache(config);
        var workspace = new Workspace(kernels);
        double worst = 0;
        for (int t = 0; t < tokens.Length; t++)
        {
            workspace.Reset();
            ReadOnlySpan<float> row = model.Forward(model.Begin(workspace, Batch.Of(tokens.AsSpan(t, 1), cache))).Span<float>();
            worst = Math.Max(worst, WorstDifference(row, whole.AsSpan(t * config.Vocabulary, config.Vocabulary)));
        }

        worst /= RootMeanSquare(whole);
        return new CheckResult(
            "cache parity", worst < Limit, $"largest difference of logits, as a part of their size, {Number(worst)} (limit {Number(Limit)})");
    }

    /// <summary>Sequences packed into one batch do not see each other.</summary>
    public CheckResult Packing()
    {
        const double Limit = 1e-4;
        Transformer model = Bent(config);
        int[][] sequences = [.. Enumerable.Range(0, Sequences).Select(s => RandomTokens(config, Length - s, (ulong)(4 + s)))];
        var packed = new Batch();
        foreach (int[] tokens in sequences)
            packed.Add(tokens);
        float[] alone = [.. sequences.SelectMany(tokens => LogitsOf(model, kernels, Batch.Of(tokens)))];
        double worst = WorstDifference(LogitsOf(model, kernels, packed), alone) / RootMeanSquare(alone);
        return new CheckResult("packing", worst < Limit, $"largest difference of logits, as a part of their size, {Number(worst)} (limit {Number(Limit)})");
    }

    /// <summary>The fast kernels give the logits of the plain ones.</summary>
    public CheckResult Reference()
    {
        const double Limit = 1e-4;
        ModelConfig small = config.Small();
        Transformer model = Bent(small);
        int[] tokens = RandomTokens(small, Math.Min(small.Context, Length), stream: 3);
        float[] expected = LogitsOf(model, Kernels.Reference, Batch.Of(tokens));
        double worst = WorstDifference(LogitsOf(model, kernels, Batch.Of(tokens)), expected) / RootMeanSquare(expected);
        return new CheckResult(
            "kernels", worst < Limit,
            $"largest difference of logits from the reference kernels', as a part of their size, {Number(worst)} (limit {Number(Limit)})");
    }

    /// <summary>The number of threads changes no bit of loss or gradient.</summary>
    public CheckResult Threads()
    {
        Batch batch = RandomBatch(config, out int[] targets);
        Transformer one = Bent(config), three = Bent(config);
        BackwardOf(one, Kernels.CreateSimd(1), DType.F32, batch, targets);
        BackwardOf(three, Kernels.CreateSimd(3), DType.F32, batch, targets);
        int differing = one.Parameters.Zip(three.Parameters).Count(p => !p.First.Tensor.Grad!.Span<float>().SequenceEqual(p.Second.Tensor.Grad!.Span<float>()));
        return new CheckResult("threads", differing == 0, $"gradients of {differing} of {one.Parameters.Count} parameters differ between 1 and 3 threads");
    }

    /// <summary>A model that can learn at all can learn one batch by heart.</summary>
    public CheckResult OverfitOneBatch()
    {
        const int Steps = 200;
        const double Limit = 0.1;
        ModelConfig small = config.Small();
        Transformer model = Newborn(small);
        model.SetTrainable(true);
        Batch batch = RandomBatch(small, out int[] targets);
        var optimizer = new AdamW(model.Parameters, new AdamWOptions(Decay: 0), kernels);
        double loss = double.NaN;
        int step = 0;
        for (; step < Steps && !(loss < Limit); step++)
        {
            loss = BackwardOf(model, kernels, DType.F32, batch, targets);
            optimizer.Step(3e-3f, Optimizer.ClipScale(optimizer.GradientNorm(), 1));
            optimizer.ZeroGradients();
        }

        return new CheckResult(
            "overfit one batch", loss < Limit, FormattableString.Invariant($"loss {loss:F4} after {step} steps (limit {Limit} within {Steps})"));
    }

    private Transformer Newborn(ModelConfig of) => new(of, Initialization.Random(of, seed));

    /// <summary>
    /// A model whose every part shows in its logits: newborn ones leave attention almost flat and biases zero. A row's size is about kept by each matrix,
    /// whatever the channels.
    /// </summary>
    private Transformer Bent(ModelConfig of)
    {
        Transformer model = Newborn(of);
        for (int p = 0; p < model.Parameters.Count; p++)
        {
            Tensor tensor = model.Parameters[p].Tensor;
            if (tensor.Shape.Rank == 2)
                kernels.Scale(tensor, 56 / MathF.Sqrt(of.Channels), tensor);
            else
                Shake(tensor.Span<float>(), CountedRandom.Bits(seed, (ulong)p));
        }

        return model;
    }

    private static void Shake(Span<float> values, ulong seed)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] += 0.1f * (float)CountedRandom.Normal(seed, (ulong)i);
    }

    private static Transformer Widened(Transformer model)
    {
        Dictionary<string, Tensor> values = model.Parameters.ToDictionary(p => p.Name, p => p.Tensor, StringComparer.Ordinal);
        return new Transformer(model.Config, (name, shape) =>
        {
            Tensor wide = Tensor.Zeros(shape, DType.F64);
            Kernels.Reference.Copy(values[name], wide);
            return wide;
        });
    }

    private Batch RandomBatch(ModelConfig of, out int[] targets)
    {
        var batch = new Batch();
        int length = Math.Min(of.Context, Length);
        for (int s = 0; s < Sequences; s++)
        {
            // Each begins differently, so that what follows can be learned by heart even with few tokens.
            int[] tokens = RandomTokens(of, length - s, (ulong)(10 + s));
            tokens[0] = s % of.Vocabulary;
            batch.Add(tokens);
        }

        targets = RandomTokens(of, batch.Count, stream: 20);
        return batch;
    }

    private int[] RandomTokens(ModelConfig of, int count, ulong stream) =>
        [.. Enumerable.Range(0, Math.Max(1, count)).Select(i => (int)(CountedRandom.Bits(seed + stream, (ulong)i) % (ulong)of.Vocabulary))];

    /// <summary>The mean loss of a batch.</summary>
    private static Tensor LossOf(Transformer model, Workspace workspace, Batch batch, int[] targets) =>
        Ops.Scale(LanguageModeling.Loss(model, model.Begin(workspace, batch), targets), 1f / targets.Length);

    private static double BackwardOf(Transformer model, Kernels kernels, DType type, Batch batch, int[] targets)
    {
        model.SetTrainable(true);
        var tape = new Tape();
        Tensor loss = LossOf(model, new Workspace(kernels, tape, type), batch, targets);
        tape.Backward(loss);
        return loss.Item();
    }

    private static float[] LogitsOf(Transformer model, Kernels kernels, Batch batch) =>
        model.Forward(model.Begin(new Workspace(kernels), batch)).ToArray<float>();

    private static double RootMeanSquare(ReadOnlySpan<double> values)
    {
        double sum = 1e-24;
        foreach (double value in values)
            sum += value * value;
        return Math.Sqrt(sum / values.Length);
    }

    private static double RootMeanSquare(float[] values) => RootMeanSquare([.. values.Select(v => (double)v)]);

    private static double WorstDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double worst = 0;
        for (int i = 0; i < a.Length; i++)
            worst = Math.Max(worst, Math.Abs((double)a[i] - b[i]));
        return worst;
    }

    private static double WorstDifference(ReadOnlySpan<float> a, ReadOnlySpan<double> b)
    {
        double worst = 0;
        for (int i = 0; i < a.Length; i++)
            worst = Math.Max(worst, Math.Abs(a[i] - b[i]));
        return worst;
    }

    private static string Number(double value) => value.ToString("0.0e0", CultureInfo.InvariantCulture);
}
