using Grimoire.Models;
using Grimoire.Models.Adapters;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training.Tests.Alignment;

public sealed class ReferencePolicyTests : IDisposable
{
    private readonly TinyTraining tiny = new();
    private readonly Workspace workspace = new(Kernels.Simd);

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void At_the_start_the_reference_is_the_policy()
    {
        LanguageModel model = tiny.Model();
        model.Save(tiny.Folder("start"), DType.F32);
        float[] start = ReferencePolicy.Of(new Trainee(model), tiny.Folder("start")).LogProbabilities(Batch, workspace);
        Assert.Equal(Policy(model.Transformer), start);
    }

    [Fact]
    public void An_adapter_switched_off_is_the_model_loaded_again()
    {
        LanguageModel model = tiny.Model();
        model.Save(tiny.Folder("start"), DType.F32);
        model.Transformer.SetTrainable(false);
        Adapter adapter = Adapter.Create(model.Transformer, new AdapterConfig(), 1);
        model.Transformer.Attach(adapter);
        foreach (Parameter parameter in adapter.Parameters)
            parameter.Tensor.Span<float>().Fill(0.1f);
        float[] off = ReferencePolicy.Of(new Trainee(model), "nowhere").LogProbabilities(Batch, workspace);
        Assert.Equal(ReferencePolicy.Of(LanguageModel.Load(tiny.Folder("start")).Transformer).LogProbabilities(Batch, workspace), off);
        Assert.True(adapter.Enabled);
        Assert.NotEqual(Policy(model.Transformer), off);
    }

    [Fact]
    public void A_workspace_comes_back_as_it_was()
    {
        var tape = new Tape();
        var lent = new Workspace(Kernels.Simd, tape);
        Workspace.Position mark = lent.Mark();
        ReferencePolicy.Of(tiny.Model().Transformer).LogProbabilities(Batch, lent);
        Assert.Same(tape, lent.Tape);
        Assert.Equal(mark, lent.Mark());
    }

    private TrainingBatch Batch => TrainingBatch.Of([.. TinyPreferences.Pairs(tiny.Tokenizer.VocabularySize, 3).Select(pair => pair.Chosen)]);

    private float[] Policy(Transformer model)
    {
        workspace.Reset();
        return TokenLogProbabilities.Of(model, model.Begin(workspace, Batch.ToBatch()), Batch).ToArray<float>();
    }
}
