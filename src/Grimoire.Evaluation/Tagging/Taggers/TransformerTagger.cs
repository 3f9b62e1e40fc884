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
    /// <param name="scheme">The scheme of spans that its labels are of, or null.</param>
    /// <param name="transitions">See <see cref="Tagger.Transitions"/>.</param>
    public TransformerTagger(TokenClassifier classifier, LabelScheme? scheme, Tensor? transitions)
        : base(new TagSet(classifier.Labels, scheme), transitions)
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
        new TokenClassifier(model, TokenClassifier.NewHead(model, tags.Count), tags.Labels), tags.Scheme, chained ? NewTransitions(tags.Count) : null);

    /// <summary>Opens a …ForTokenClassification folder; the scheme is told from its labels.</summary>
    /// <exception cref="GrimoireException">The folder holds none, or a file is damaged.</exception>
    public static new TransformerTagger Load(string path)
    {
        TokenClassifier classifier = TokenClassifier.Load(path);
        return new TransformerTagger(classifier, SchemeOf(classifier.Labels), ReadChain(path));
    }

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

    /// <summary>The first scheme whose prefixes cover all labels, where they are labels of spans.</summary>
    internal static LabelScheme? SchemeOf(IReadOnlyList<string> labels) =>
        Label.AreOfSpans(labels) ? LabelScheme.All.FirstOrDefault(scheme => labels.All(label => scheme.Prefixes.Contains(label[0], StringComparison.Ordinal)))
            : null;

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
