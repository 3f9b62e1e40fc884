using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training;

namespace Grimoire.Evaluation.Tagging;

/// <summary>A sentence as a tagger reads it.</summary>
/// <param name="Words">How many words it has.</param>
public abstract record TagInput(int Words);

/// <summary>Gives each word of a sentence a label.</summary>
public abstract class Tagger
{
    private const int WordsAtOnce = 2048;

    private protected Tagger(TagSet tags, Tensor? transitions)
    {
        if (transitions is not null && transitions.Shape != (tags.Count + 2, tags.Count))
        {
            throw new GrimoireException(
                $"the transitions are {transitions.Shape} where {tags.Count} labels need [{tags.Count + 2}, {tags.Count}]; the files do not belong together.");
        }

        (Tags, Transitions) = (tags, transitions);
    }

    /// <summary>The labels.</summary>
    public TagSet Tags { get; }

    /// <summary>
    /// The scores of a conditional random field (see <see cref="LinearChain"/>), <c>[labels + 2, labels]</c>; null where each word is labelled by itself.
    /// </summary>
    public Tensor? Transitions { get; }

    /// <summary>What reads the sentence, in a word or two.</summary>
    public abstract string Family { get; }

    /// <summary>All numbers that it is made of.</summary>
    public abstract IReadOnlyList<Parameter> AllParameters { get; }

    /// <summary>Opens the folder of a tagger of either kind.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="GrimoireException">The folder holds no tagger, or a file is damaged.</exception>
    public static Tagger Load(string path) => WordTaggerFolder.Is(path) ? WordTaggerFolder.Load(path) : TransformerTagger.Load(path);

    /// <summary>A sentence as it is read.</summary>
    public abstract TagInput Encode(TaggedSentence sentence);

    /// <summary>The scores of all labels for each word, sentence by sentence in the order given: <c>[word, label]</c>.</summary>
    /// <param name="workspace">Where; with a tape when training.</param>
    /// <param name="sentences">What <see cref="Encode"/> gave.</param>
    /// <param name="options">How the pass is made.</param>
    public abstract Tensor Scores(Workspace workspace, IReadOnlyList<TagInput> sentences, PassOptions options);

    /// <summary>Writes a folder that <see cref="Load"/> opens.</summary>
    /// <exception cref="GrimoireException">It cannot be written.</exception>
    public abstract void Save(string folder);

    /// <summary>
    /// The labels of sentences. With transitions they are the likeliest as a whole; where labels are of a scheme, none that breaks it is given.
    /// </summary>
    /// <param name="sentences">The sentences.</param>
    /// <param name="workspace">Without a tape; it is reset.</param>
    /// <param name="tell">Told which share is done.</param>
    public IReadOnlyList<string[]> Tag(IReadOnlyList<TaggedSentence> sentences, Workspace workspace, Action<double>? tell = null) =>
        Tag([.. sentences.Select(Encode)], workspace, tell);

    /// <summary>The labels of sentences that were read before.</summary>
    public IReadOnlyList<string[]> Tag(IReadOnlyList<TagInput> inputs, Workspace workspace, Action<double>? tell = null)
    {
        var labels = new string[inputs.Count][];
        float[]? transitions = Tags.Transitions(Transitions is null ? [] : Transitions.Span<float>());
        LinearChain? chain = transitions is null ? null : new LinearChain(Tags.Count, transitions);
        // Sentences of like length are read together; what comes of one does not depend on the others.
        int[] order = [.. Enumerable.Range(0, inputs.Count).OrderBy(i => inputs[i].Words).ThenBy(i => i)];
        for (int from = 0, to = 0; from < order.Length; from = to)
        {
            for (int words = 0; to < order.Length && (to == from || words + inputs[order[to]].Words <= WordsAtOnce); to++)
                words += inputs[order[to]].Words;
            workspace.Reset();
            ReadOnlySpan<float> scores = Scores(workspace, [.. order[from..to].Select(i => inputs[i])], default).Span<float>();
            foreach (int i in order.AsSpan(from..to))
            {
                labels[i] = Decode(scores[..(inputs[i].Words * Tags.Count)], chain);
                scores = scores[(inputs[i].Words * Tags.Count)..];
            }

            tell?.Invoke((double)to / order.Length);
        }

        return labels;
    }

    /// <summary>The transitions of a newborn conditional random field: all 0, so that it begins as if there were none.</summary>
    private protected static Tensor NewTransitions(int labels)
    {
        Tensor transitions = Tensor.Zeros((labels + 2, labels));
        transitions.RequiresGrad = true;
        return transitions;
    }

    private string[] Decode(ReadOnlySpan<float> scores, LinearChain? chain)
    {
        if (scores.IsEmpty)
            return [];
        if (chain is not null)
            return [.. chain.Best(scores).Select(id => Tags.Labels[id])];
        var labels = new string[scores.Length / Tags.Count];
        for (int word = 0; word < labels.Length; word++)
            labels[word] = Tags.Labels[System.Numerics.Tensors.TensorPrimitives.IndexOfMax(scores.Slice(word * Tags.Count, Tags.Count))];
        return labels;
    }
}
