using Grimoire.Models;
using Grimoire.Training;

namespace Grimoire.Evaluation.Tagging;

/// <summary>
/// A tagger that is trained, and how it is kept while it is: as a model with its head beside it, so that an adapter stays one, or in the folder of its own.
/// </summary>
/// <param name="tagger">The tagger.</param>
public sealed class TagLearner(Tagger tagger) : Learner
{
    private readonly Trainee? trainee = tagger is TransformerTagger { Classifier: var classifier } ? new Trainee(classifier.Model, classifier.Head) : null;

    /// <summary>The tagger.</summary>
    public Tagger Tagger => tagger;

    /// <inheritdoc/>
    public override string Family => tagger.Family;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> AllParameters => tagger.AllParameters;

    /// <inheritdoc/>
    public override long AdapterParameters => trainee?.AdapterParameters ?? 0;

    /// <inheritdoc/>
    public override void Save(string folder)
    {
        if (trainee is null)
        {
            tagger.Save(folder);
            return;
        }

        trainee.Save(folder);
        ((TransformerTagger)tagger).SaveChain(folder);
    }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Saved(string folder) =>
        trainee is null ? WordTaggerFolder.Weights(folder)
        : TransformerTagger.ReadChain(folder) is { } transitions ? trainee.Saved(folder).Append(TransformerTagger.Chain(transitions))
        : trainee.Saved(folder);
}
