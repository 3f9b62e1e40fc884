using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Alignment;

public sealed class PreferenceValidationTests : IDisposable
{
    private readonly TinyTraining tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void At_the_start_nothing_has_moved()
    {
        ValidationResult result = Measure(tiny.Model());
        Assert.Equal(Math.Log(2), result.Loss, 12);
        Assert.Equal(0.5, result["val_reward_accuracy"]);
        Assert.Equal(0, result[Metric.Kl]!.Value, 6);
        Assert.InRange(result[Metric.Entropy]!.Value, 0.1, Math.Log(tiny.Tokenizer.VocabularySize));
    }

    [Fact]
    public void A_model_that_has_moved_is_told_from_its_reference()
    {
        LanguageModel model = tiny.Model();
        TinyPreferences.Disturb(model.Transformer);
        ValidationResult result = Measure(model);
        Assert.True(result[Metric.Kl] > 0.01, $"KL {result[Metric.Kl]}");
        Assert.NotEqual(Math.Log(2), result.Loss, 3);
        Assert.Equal(result.Loss, result[Metric.ValidationLoss]);
        Assert.Equal(result, Measure(model), (a, b) => a!.Metrics.SequenceEqual(b!.Metrics));
    }

    private ValidationResult Measure(LanguageModel model)
    {
        ReferencePolicy reference = ReferencePolicy.Of(tiny.Model().Transformer);
        var heldOut = new DpoObjective(model.Transformer, reference, TinyPreferences.Pairs(tiny.Tokenizer.VocabularySize), new(), batch: 5, accumulate: 2);
        var drift = new Drift(model.Transformer, reference, [[1, 2], [3], [2, 1, 0]], new GenerationOptions { MaxTokens = 6 }, Kernels.Simd);
        return new PreferenceValidation(heldOut, drift).Measure(new Workspace(Kernels.Simd));
    }
}
