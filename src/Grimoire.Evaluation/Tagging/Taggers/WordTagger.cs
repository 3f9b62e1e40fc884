using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tagging;

/// <summary>A sentence by the numbers of its words and characters.</summary>
/// <param name="Spelled">The words as they are written.</param>
/// <param name="Ids">Their numbers.</param>
public sealed record WordInput(IReadOnlyList<string> Spelled, int[] Ids) : TagInput(Ids.Length);

/// <summary>
/// A small tagger that is trained from scratch (Lample et al. 2016, arXiv:1603.01360): a word is its embedding beside what a BiLSTM has read of its characters
/// from both ends, where endings and capitals show; a BiLSTM reads the sentence, and one linear layer scores labels at each word, with transitions between them
/// or without.
/// </summary>
public sealed class WordTagger : Tagger
{
    // A word is taken for an unknown one with probability α / (α + its count), so that unknown ones mean something (Kiperwasser and Goldberg 2016).
    private const double Forgetting = 0.25;

    private readonly List<Parameter> parameters = [];
    private readonly Tensor words, characters;
    private readonly BidirectionalLstm spelling;
    private readonly BidirectionalLstm[] layers;
    private readonly Head head;

    /// <summary>A tagger of weights from somewhere.</summary>
    /// <param name="settings">Its sizes.</param>
    /// <param name="vocabulary">Words and characters.</param>
    /// <param name="tags">The labels.</param>
    /// <param name="chained">Whether labels have transitions.</param>
    /// <param name="source">Gives the weights.</param>
    public WordTagger(WordTaggerSettings settings, WordVocabulary vocabulary, TagSet tags, bool chained, ParameterSource source)
        : base(tags, chained ? source("transitions", (tags.Count + 2, tags.Count)) : null)
    {
        (Settings, Vocabulary) = (settings, vocabulary);
        words = Get("words.weight", (vocabulary.Words.Count + 1, settings.WordChannels));
        characters = Get("characters.weight", (vocabulary.Characters.Count + 1, settings.CharacterChannels));
        spelling = new BidirectionalLstm(parameters, source, "spelling", settings.CharacterChannels, settings.SpellingChannels);
        int width = settings.WordChannels + (2 * settings.SpellingChannels);
        layers = new BidirectionalLstm[settings.Layers];
        for (int i = 0; i < layers.Length; i++, width = 2 * settings.Channels)
            layers[i] = new BidirectionalLstm(parameters, source, $"layers.{i}", width, settings.Channels);
        head = new Head("head", Get("head.weight", (tags.Count, width)), Get("head.bias", tags.Count));
        if (Transitions is not null)
            parameters.Add(new Parameter("transitions", Transitions));

        Tensor Get(string name, Shape shape)
        {
            Tensor tensor = source(name, shape);
            parameters.Add(new Parameter(name, tensor));
            return tensor;
        }
    }

    /// <summary>Its sizes.</summary>
    public WordTaggerSettings Settings { get; }

    /// <summary>The words and characters that it knows.</summary>
    public WordVocabulary Vocabulary { get; }

    /// <inheritdoc/>
    public override string Family => "words and characters, BiLSTM";

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> AllParameters => parameters;

    /// <summary>
    /// The weights of a newborn: embeddings N(0, 1/width), matrices N(0, 2/(inputs + outputs)) of a gate (Glorot and Bengio 2010), forget gates open (bias 1),
    /// everything behind them 0, so that all labels begin as likely. A weight depends on the seed and its name only.
    /// </summary>
    public static ParameterSource Newborn(ulong seed) => (name, shape) =>
    {
        Tensor tensor = Tensor.Zeros(shape);
        tensor.RequiresGrad = true;
        Span<float> values = tensor.Span<float>();
        if (name.EndsWith(".bias", StringComparison.Ordinal) && !name.StartsWith("head", StringComparison.Ordinal))
        {
            values[(values.Length / 4)..(values.Length / 2)].Fill(1);
        }
        else if (shape.Rank == 2 && name is not ("head.weight" or "transitions"))
        {
            bool embeds = name is "words.weight" or "characters.weight";
            double deviation = Math.Sqrt(embeds ? 1.0 / shape[1] : 2.0 / (shape[1] + (shape[0] / 4)));
            ulong key = CountedRandom.Bits(seed, name.Aggregate(0xCBF29CE484222325, (hash, letter) => (hash ^ letter) * 0x100000001B3));
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(deviation * CountedRandom.Normal(key, (ulong)i));
        }

        return tensor;
    };

    /// <summary>Whether a folder holds one.</summary>
    public static bool Exists(string path) => WordTaggerFolder.Is(path);

    /// <summary>Opens a folder that <see cref="Save"/> wrote.</summary>
    /// <exception cref="GrimoireException">A file is missing or damaged, or they do not belong together.</exception>
    public static new WordTagger Load(string path) => WordTaggerFolder.Load(path);

    /// <inheritdoc/>
    public override TagInput Encode(TaggedSentence sentence) => new WordInput(sentence.Words, [.. sentence.Words.Select(Vocabulary.Word)]);

    /// <inheritdoc/>
    public override Tensor Scores(Workspace workspace, IReadOnlyList<TagInput> sentences, PassOptions options)
    {
        WordInput[] inputs = [.. sentences.Cast<WordInput>()];
        var packed = new PackedSequences([.. inputs.Select(input => input.Words)]);
        var ids = new int[packed.Rows];
        var spelled = new string[packed.Rows];
        var places = new int[packed.Rows];
        int word = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            for (int time = 0; time < inputs[i].Words; time++, word++)
            {
                int row = places[word] = packed.Row(i, time);
                ids[row] = options.AdapterDropout && Forgets(inputs[i].Ids[time], options.DropoutSeed, word) ? WordVocabulary.Unknown : inputs[i].Ids[time];
                spelled[row] = inputs[i].Spelled[time];
            }
        }

        ulong drops = 0;
        Tensor Drop(Tensor x) => Ops.Dropout(x, options.DropoutRate, options.DropoutSeed + (++drops << 40));
        Tensor x = Drop(Ops.ConcatColumns(Ops.Embedding(workspace, words, workspace.From(ids)), Spellings(workspace, spelled)));
        foreach (BidirectionalLstm layer in layers)
        {
            (Tensor forwards, Tensor backwards) = layer.Forward(x, packed.Counts);
            x = Drop(Ops.ConcatColumns(forwards, backwards));
        }

        return Ops.GatherRows(head.Forward(x), workspace.From(places));
    }

    /// <inheritdoc/>
    public override void Save(string folder) => WordTaggerFolder.Save(folder, this);

    private bool Forgets(int id, ulong seed, int word) =>
        id != WordVocabulary.Unknown && CountedRandom.Uniform(~seed, (ulong)word) < Forgetting / (Forgetting + Vocabulary.Counts[id]);

    /// <summary>What characters tell of each word; each word is read once, however often it stands there.</summary>
    private Tensor Spellings(Workspace workspace, string[] spelled)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var which = new int[spelled.Length];
        for (int row = 0; row < spelled.Length; row++)
        {
            if (!numbers.TryGetValue(spelled[row], out which[row]))
                numbers.Add(spelled[row], which[row] = numbers.Count);
        }

        int[][] letters = [.. numbers.Keys.Select(Vocabulary.Spell)];
        var packed = new PackedSequences([.. letters.Select(word => word.Length)]);
        int[] ids = new int[packed.Rows], last = new int[letters.Length], first = new int[letters.Length];
        for (int i = 0; i < letters.Length; i++)
        {
            for (int time = 0; time < letters[i].Length; time++)
                ids[packed.Row(i, time)] = letters[i][time];
            (first[i], last[i]) = (packed.Row(i, 0), packed.Row(i, letters[i].Length - 1));
        }

        (Tensor forwards, Tensor backwards) = spelling.Forward(Ops.Embedding(workspace, characters, workspace.From(ids)), packed.Counts);
        Tensor ends = Ops.ConcatColumns(Ops.GatherRows(forwards, workspace.From(last)), Ops.GatherRows(backwards, workspace.From(first)));
        return Ops.GatherRows(ends, workspace.From(which));
    }
}
