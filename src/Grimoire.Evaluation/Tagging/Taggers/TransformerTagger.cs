using Grimoire.Models;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tagging;

/// <summary>A sentence by the tokens of a model.</summary>
/// <param name="Pieces">Its pieces; more than one where it is longer than the model reads.</param>
public sealed record TokenInput(IReadOnlyList<WordTokens> Pieces) : TagInput(Pieces.Sum(piece => piece.Rows.Length));

/// <summary>A head on a language model or an encoder, with transitions between labels or without.</summary>
public sealed class TransformerTagger : Tagger
{
    private const string ChainFile = "crf.safetensors", ChainName = "transitions";
    private const string NoSpaceBefore = ".,;:!?%)]}'’”", NoSpaceAfter = "([{“$#";

    /// <summary>A tagger of a model under a head.</summary>
    /// <param name="classifier">The model and its head.</param>
    /// <param name="transitions">See <see cref="Tagger.Transitions"/>.</param>
    public TransformerTagger(TokenClassifier classifier, Tensor? transitions)
        : base(TagsOf(classifier), transitions)
    {
        Classifier = classifier;
        AllParameters =
        [
            .. classifier.Model.Transformer.Parameters, .. classifier.Model.Transformer.Adapters.SelectMany(adapter => adapter.Parameters),
            .. classifier.Head.Parameters,
            .. transitions is null ? Array.Empty<Parameter>() : [new(ChainName, transitions)],
        ];
    }

    /// <summary>The model and its head.</summary>
    public TokenClassifier Classifier { get; }

    /// <inheritdoc/>
    public override string Family => Classifier.Model.Config.Family;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> AllParameters { get; }

    /// <summary>A newborn head on a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tags">The labels.</param>
    /// <param name="chained">Whether labels have transitions.</param>
    public static TransformerTagger Newborn(LanguageModel model, TagSet tags, bool chained) => new(
        new TokenClassifier(model, TokenClassifier.NewHead(model, tags.Count), tags.Labels) { Scheme = tags.Scheme?.Name },
        chained ? NewTransitions(tags.Count) : null);

    /// <summary>Opens a …ForTokenClassification folder; where it does not say of which scheme its labels are, that is guessed.</summary>
    /// <exception cref="GrimoireException">The folder holds none, or a file is damaged.</exception>
    public static new TransformerTagger Load(string path) => new(TokenClassifier.Load(path), ReadChain(path));

    /// <inheritdoc/>
    public override TagInput Encode(TaggedSentence sentence) => new TokenInput(Classifier.Encode(sentence.Words, SpacesBefore(sentence)));

    /// <inheritdoc/>
    public override Tensor Scores(Workspace workspace, IReadOnlyList<TagInput> sentences, PassOptions options) =>
        Classifier.Forward(workspace, sentences.SelectMany(sentence => ((TokenInput)sentence).Pieces), options);

    /// <inheritdoc/>
    public override void Save(string folder)
    {
        Classifier.Save(folder);
        SaveChain(folder);
    }

    /// <summary>Writes the transitions, which Hugging Face's classes do not know, to a file of their own.</summary>
    internal void SaveChain(string folder)
    {
        if (Transitions is not null)
            Safetensors.Write(Path.Combine(folder, ChainFile), [(ChainName, Transitions)]);
    }

    /// <summary>The transitions in a folder, or null.</summary>
    internal static Tensor? ReadChain(string folder)
    {
        string path = Path.Combine(folder, ChainFile);
        if (!File.Exists(path))
            return null;
        SafetensorsFile file = SafetensorsFile.Open(path);
        return file.Contains(ChainName) && file.Tensor(ChainName) is { DType: DType.F32 } transitions ? transitions
            : throw new GrimoireException($"{path}: there are no {ChainName} in F32; the file is damaged.");
    }

    /// <summary>The name of the transitions among the parameters.</summary>
    internal static Parameter Chain(Tensor transitions) => new(ChainName, transitions);

    /// <summary>The labels with their scheme: the one that the files name, else the first whose prefixes cover them, where they are labels of spans.</summary>
    private static TagSet TagsOf(TokenClassifier classifier)
    {
        IReadOnlyList<string> labels = classifier.Labels;
        if (classifier.Scheme is { } named)
            return new TagSet(labels, LabelScheme.Named(named));
        LabelScheme? guess = Label.AreOfSpans(labels)
            ? LabelScheme.All.FirstOrDefault(scheme => labels.All(label => scheme.Prefixes.Contains(label[0], StringComparison.Ordinal))) : null;
        return new TagSet(labels, guess) { IsCertain = false };
    }

    /// <summary>Where the file does not say how words were spaced, marks stand beside their words as they usually do.</summary>
    private static bool[] SpacesBefore(TaggedSentence sentence)
    {
        IReadOnlyList<string> words = sentence.Words;
        return [.. words.Select((word, i) => i > 0 && !(sentence.HasNoSpaceAfter(i - 1) ?? IsJoined(words[i - 1], word)))];
    }

    private static bool IsJoined(string last, string next) =>
        NoSpaceBefore.Contains(next[0], StringComparison.Ordinal) || (last.Length == 1 && NoSpaceAfter.Contains(last[0], StringComparison.Ordinal))
        || string.Equals(next, "n't", StringComparison.OrdinalIgnoreCase);
}
