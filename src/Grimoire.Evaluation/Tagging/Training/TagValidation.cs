using Grimoire.Tensors;
using Grimoire.Training;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tagging;

/// <summary>
/// How right a tagger is about held-out sentences. The best checkpoint is the one of the highest F1 of spans, or, where labels are of single words, accuracy.
/// </summary>
/// <param name="tagger">The tagger.</param>
/// <param name="sentences">The sentences with their labels, at least one.</param>
public sealed class TagValidation(Tagger tagger, IReadOnlyList<TaggedSentence> sentences) : Validation
{
    private readonly TagInput[] inputs = [.. sentences.Select(tagger.Encode)];

    /// <summary>What was found last; null before the first measurement.</summary>
    public TagScore? Last { get; private set; }

    /// <inheritdoc/>
    public override ValidationResult Measure(Workspace workspace)
    {
        TagScore score = Score(workspace);
        return tagger.Tags.Scheme is null
            ? new ValidationResult(1 - score.Accuracy, [(Metric.Accuracy, score.Accuracy)])
            : new ValidationResult(1 - score.Micro.F1, [(Metric.F1, score.Micro.F1), (Metric.Accuracy, score.Accuracy)]);
    }

    /// <summary>The same in full.</summary>
    public TagScore Score(Workspace workspace) =>
        Last = TagScore.Of(sentences, tagger.Tag(inputs, workspace), tagger.Tags.Rules);
}
