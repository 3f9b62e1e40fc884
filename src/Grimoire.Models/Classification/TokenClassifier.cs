using System.Globalization;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>The tokens of some words of a text, and where each word is read off.</summary>
/// <param name="Ids">The tokens, <c>[token]</c>.</param>
/// <param name="Rows">For each word the row of the token that its label is read at.</param>
public sealed record WordTokens(int[] Ids, int[] Rows);

/// <summary>
/// A model that gives each word a label: its stream at one token of the word, and a head. A model that reads from left to right is read at the word's last
/// token, where it has seen the word; an encoder at the first, as is usual (Devlin et al. 2019, arXiv:1810.04805).
/// </summary>
public sealed class TokenClassifier
{
    private const string Generic = "score", Named = "classifier";
    private static readonly string[] WithNamedHead = ["gpt2", "bert"];

    /// <summary>Puts a model and its head together.</summary>
    /// <param name="model">The model, of whose logits nothing is used.</param>
    /// <param name="head">An output for each label, as wide as the model's stream.</param>
    /// <param name="labels">The labels in order of the head's outputs.</param>
    /// <exception cref="GrimoireException">They do not fit.</exception>
    public TokenClassifier(LanguageModel model, Head head, IReadOnlyList<string> labels)
    {
        if (head.Weight.Shape != (labels.Count, model.Config.Channels))
        {
            throw new GrimoireException(
                $"the head {head.Name} is {head.Weight.Shape} where {labels.Count} labels of this model need [{labels.Count}, {model.Config.Channels}].");
        }

        (Model, Head, Labels) = (model, head, labels);
    }

    /// <summary>The model under the head.</summary>
    public LanguageModel Model { get; }

    /// <summary>The head, <c>[label, channel]</c>.</summary>
    public Head Head { get; }

    /// <summary>The labels in order of the head's outputs.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>How the labels are of spans, as in <c>iob2</c>; null where the files do not say.</summary>
    public string? Scheme { get; init; }

    private Template Frame => Model.Tokenizer.Pipeline.Template;

    /// <summary>A newborn head for a model: all labels are as likely.</summary>
    public static Head NewHead(LanguageModel model, int labels) => new(NameOf(model.Config.Family), labels, model.Config.Channels, bias: true);

    /// <summary>Whether a folder holds one.</summary>
    public static bool Exists(string path)
    {
        string file = Path.Combine(path, ModelFolder.ConfigFile);
        return File.Exists(file) && JsonRecord.Read(file).Texts("architectures") is [var architecture]
            && Family.All.Any(family => family.TokenClassifier == architecture);
    }

    /// <summary>Loads a folder of Hugging Face's <c>…ForTokenClassification</c>.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="trainable">Whether to copy the weights to F32 and mark them to be trained.</param>
    /// <exception cref="GrimoireException">The folder is damaged or holds another kind of model.</exception>
    public static TokenClassifier Load(string path, bool trainable = false)
    {
        if (!Exists(path))
            throw new GrimoireException($"{path}: this is no tagger; train one with grimoire tag train, or give a …ForTokenClassification folder.");
        LanguageModel model = LanguageModel.Load(path, trainable);
        WeightFiles files = WeightFiles.Open(path);
        string name = NameOf(model.Config.Family);
        Tensor weight = Read($"{name}.weight") ?? throw new GrimoireException($"{path}: weight {name}.weight is missing.");
        string config = Path.Combine(path, ModelFolder.ConfigFile);
        return new TokenClassifier(model, new Head(name, weight, Read($"{name}.bias")), ReadLabels(config))
        {
            Scheme = JsonRecord.Read(config).Text(ConfigKeys.LabelScheme, "") is { Length: > 0 } scheme ? scheme : null,
        };

        Tensor? Read(string weight)
        {
            if (!files.Names.Contains(weight))
                return null;
            Tensor tensor = files.Tensor(weight).To(DType.F32, weight).Keep();
            tensor.RequiresGrad = trainable;
            return tensor;
        }
    }

    /// <summary>
    /// Writes a folder that Hugging Face's <c>AutoModelForTokenClassification</c> opens: <c>config.json</c> with the labels, <c>model.safetensors</c> with the
    /// head and without the unembedding, adapters merged in, and the tokenizer.
    /// </summary>
    /// <param name="folder">The folder, made if need be.</param>
    /// <param name="type">How weights are stored; as the token embedding is if not given.</param>
    /// <exception cref="GrimoireException">The family's files cannot express the model, or the folder cannot be written.</exception>
    public void Save(string folder, DType? type = null)
    {
        Transformer trunk = Model.Config.Head ? Model.Transformer.Trunk() : Model.Transformer;
        Model.Tokenizer.Save(folder);
        ModelFolder.Save(
            folder, trunk, type, Model.Tokenizer.BeginOfText, Model.Tokenizer.EndOfText, Model.Tokenizer.EndOfText, Head.Parameters, Labels, Scheme);
    }

    /// <summary>
    /// The tokens of a sentence, in pieces where it is longer than the model reads. Each word is read by itself, so that it has tokens of its own.
    /// </summary>
    /// <param name="words">The words, each with something in it.</param>
    /// <param name="spaceBefore">Whether a space stands before each of them.</param>
    public IReadOnlyList<WordTokens> Encode(IReadOnlyList<string> words, IReadOnlyList<bool> spaceBefore)
    {
        var pieces = new List<WordTokens>();
        int room = Model.Config.Context - Frame.After.Length;
        List<int> ids = [.. Frame.Before], rows = [];
        for (int i = 0; i < words.Count; i++)
        {
            int[] word = Word(words[i], first: i == 0, spaceBefore[i]);
            word = word[..Math.Min(word.Length, room - Frame.Before.Length)];
            if (ids.Count + word.Length > room)
                EndPiece();
            rows.Add(Model.Config.Causal ? ids.Count + word.Length - 1 : ids.Count);
            ids.AddRange(word);
        }

        EndPiece();
        return pieces;

        void EndPiece()
        {
            pieces.Add(new WordTokens([.. ids, .. Frame.After], [.. rows]));
            (ids, rows) = ([.. Frame.Before], []);
        }
    }

    /// <summary>The scores of labels for all words of some pieces of text, in order: <c>[word, label]</c>.</summary>
    public Tensor Forward(Workspace workspace, IEnumerable<WordTokens> pieces, PassOptions options = default)
    {
        var batch = new Batch();
        var rows = new List<int>();
        foreach (WordTokens piece in pieces)
        {
            rows.AddRange(piece.Rows.Select(row => batch.Count + row));
            batch.Add(piece.Ids);
        }

        Pass pass = Model.Transformer.Begin(workspace, batch, options);
        Tensor hidden = Model.Transformer.Stream(pass, Model.Transformer.Embed(pass));
        return Head.Forward(Ops.GatherRows(hidden, workspace.From([.. rows])));
    }

    private static string NameOf(string family) => WithNamedHead.Contains(family) ? Named : Generic;

    private static string[] ReadLabels(string path)
    {
        JsonRecord named = JsonRecord.Read(path).Object("id2label")
            ?? throw new GrimoireException($"{path}: id2label is missing; without it nobody knows what the labels mean.");
        return [.. Enumerable.Range(0, named.Keys.Count()).Select(i => named.Text(i.ToString(CultureInfo.InvariantCulture)))];
    }

    /// <summary>A word's tokens; one of which a tokenizer leaves nothing is read as if it were unreadable.</summary>
    private int[] Word(string word, bool first, bool space)
    {
        int[] ids = Model.Config.Causal && !first ? Model.Tokenizer.EncodeContinuation(space ? " " + word : word) : Model.Tokenizer.Encode(word);
        return ids.Length > 0 ? ids : Model.Tokenizer.Encode("?") is { Length: > 0 } unreadable ? unreadable : [0];
    }
}
