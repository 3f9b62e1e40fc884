using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training.Tests.Losses;

public sealed class TokenLogProbabilityTests
{
    private static readonly ModelConfig Config = Llama.Config(2, 2, 16, 32, 50, tied: true);

    // Two sequences, of which some rows have no target.
    private static readonly TrainingBatch Batch = new([1, 2, 3, 4, 5, 6, 7], [-1, 3, 9, -1, -1, 7, 8], [4, 3]);

    [Fact]
    public void EqualTheLogSoftmaxOfAllLogits()
    {
        Transformer model = Model();
        var workspace = new Workspace(Kernels.Simd);
        float[] found = TokenLogProbabilities.Of(model, model.Begin(workspace, Batch.ToBatch()), Batch).ToArray<float>();
        Span<float> all = Ops.LogSoftmax(model.Forward(model.Begin(workspace, Batch.ToBatch()))).Span<float>();
        int[] rows = TokenLogProbabilities.TrainedRows(Batch);
        Assert.Equal([1, 2, 5, 6], rows);
        for (int i = 0; i < rows.Length; i++)
            Assert.Equal(all[(rows[i] * 50) + Batch.Targets[rows[i]]], found[i], 1e-5);
    }

    [Fact]
    public void EntropiesEqualThoseOfAllLogits()
    {
        Transformer model = Model();
        var tape = new Tape();
        var workspace = new Workspace(Kernels.Simd, tape);
        Pass pass = model.Begin(workspace, Batch.ToBatch());
        Tensor hidden = model.Stream(pass, model.Embed(pass));
        float[] found = TokenLogProbabilities.Entropies(model, hidden, Batch);
        Assert.Same(tape, workspace.Tape);
        float[] logs = Ops.LogSoftmax(model.Unembed(hidden)).ToArray<float>();
        int[] rows = TokenLogProbabilities.TrainedRows(Batch);
        Assert.Equal(rows.Length, found.Length);
        for (int i = 0; i < rows.Length; i++)
            Assert.Equal(-logs.Skip(rows[i] * 50).Take(50).Sum(l => Math.Exp(l) * l), found[i], 1e-5);
    }

    /// <summary>The gradient of Σ w · ln p equals that of the cross-entropy with the same weights.</summary>
    [Fact]
    public void GradientsAreThoseOfTheCrossEntropy()
    {
        float[] weights = [0.5f, -2, 1, 0.25f];
        Transformer one = Model(), other = Model();
        var tape = new Tape();
        var workspace = new Workspace(Kernels.Simd, tape);
        Tensor logs = TokenLogProbabilities.Of(one, one.Begin(workspace, Batch.ToBatch()), Batch);
        tape.Backward(Ops.Sum(logs * workspace.From(logs.Shape, weights)));
        workspace.Reset();
        Tensor losses = Ops.CrossEntropy(other.Forward(other.Begin(workspace, Batch.ToBatch())), workspace.From(Batch.Targets));
        float[] spread = [0, -0.5f, 2, 0, 0, -1, -0.25f];
        tape.Backward(Ops.Sum(losses * workspace.From(losses.Shape, spread)));
        foreach ((Parameter a, Parameter b) in one.Parameters.Zip(other.Parameters))
        {
            float[] right = b.Tensor.Grad!.ToArray<float>(), found = a.Tensor.Grad!.ToArray<float>();
            for (int i = 0; i < right.Length; i++)
                Assert.Equal(right[i], found[i], 1e-5);
        }
    }

    private static Transformer Model()
    {
        var model = new Transformer(Config, Initialization.Random(Config, 3));
        model.SetTrainable(true);
        return model;
    }
}
