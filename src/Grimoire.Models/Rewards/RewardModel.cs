using System.Text.Json.Nodes;
using Grimoire.Models.Adapters;
using Grimoire.Models.Chat;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// A model that says how good an answer is: the stream at the last token of a conversation, and a head that makes one number of it (Ouyang et al. 2022,
/// arXiv:2203.02155). Only differences between scores of one prompt mean something: σ(r₁ − r₂) is the probability that the first answer is preferred.
/// </summary>
public sealed class RewardModel
{
    /// <summary>The head's name.</summary>
    public const string HeadName = "score";

    internal const string ScoreWeight = "score.weight";
    private const string HeadsFile = "heads.safetensors";
    private const int RowsAtOnce = 2048;

    /// <summary>Puts a model and its head together.</summary>
    /// <param name="model">The model, of whose logits nothing is used.</param>
    /// <param name="score">One output, as wide as the model's stream.</param>
    /// <exception cref="GrimoireException">They do not fit, or tokens of the model see later ones.</exception>
    public RewardModel(LanguageModel model, Head score)
    {
        if (!model.Config.Causal)
            throw new GrimoireException(
                $"a {model.Config.Family} model is an encoder; a reward is read at the last token of a model that reads from left to right.");
        if (score.Weight.Shape != (1, model.Config.Channels) || score.Bias is not null)
            throw new GrimoireException(
                $"the head {score.Name} is {score.Weight.Shape} where a reward of this model needs [1, {model.Config.Channels}] and no bias.");
        (Model, Score) = (model, score);
    }

    /// <summary>The model under the head.</summary>
    public LanguageModel Model { get; }

    /// <summary>The head, <c>[1, channel]</c>.</summary>
    public Head Score { get; }

    /// <summary>
    /// Loads a folder of Hugging Face's <c>…ForSequenceClassification</c> with one label, a PEFT folder of the task <c>SEQ_CLS</c>, or a checkpoint whose head
    /// lies in <c>heads.safetensors</c>.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="trainable">Whether to copy the weights to F32 and mark them to be trained.</param>
    /// <exception cref="GrimoireException">The folder is damaged or holds another kind of model.</exception>
    public static RewardModel Load(string path, bool trainable = false)
    {
        if (FindHead(path, trainable) is not { } score)
        {
            throw new GrimoireException(
                $"{path}: this is no reward model; raise one with grimoire reward, or give a …ForSequenceClassification folder with one label.");
        }

        return new RewardModel(LanguageModel.Load(path, trainable), score);
    }

    /// <summary>Whether a folder holds a reward model.</summary>
    public static bool Exists(string path) => FindHead(path, trainable: false) is not null;

    /// <summary>
    /// Writes a folder that Hugging Face's <c>AutoModelForSequenceClassification</c> opens: <c>config.json</c> with one label, <c>model.safetensors</c> with
    /// <c>score.weight</c> and without the unembedding, and the tokenizer with its chat template.
    /// </summary>
    /// <param name="folder">The folder, made if need be.</param>
    /// <param name="type">How weights are stored; as the token embedding is if not given.</param>
    /// <exception cref="GrimoireException">The family's files cannot express the model, or the folder cannot be written.</exception>
    public void Save(string folder, DType? type = null)
    {
        Transformer trunk = Model.Transformer.Trunk();
        Model.Tokenizer.Save(folder);
        if (Model.ChatTemplate is not null)
            ChatTemplateFiles.Write(Model.ChatTemplate, folder);
        ModelFolder.Save(folder, trunk, type, Model.Tokenizer.BeginOfText, Model.Tokenizer.EndOfText, Padding(), [new(ScoreWeight, Score.Weight)]);
    }

    /// <summary>
    /// Writes an adapter on a frozen model as a PEFT folder of the task <c>SEQ_CLS</c>, with the head among its tensors, and the tokenizer with its chat
    /// template.
    /// </summary>
    /// <param name="folder">The folder, made if need be.</param>
    /// <param name="adapter">The adapter, for this model.</param>
    /// <exception cref="GrimoireException">The files cannot express the adapter, or the folder cannot be written.</exception>
    public void SaveAdapter(string folder, Adapter adapter) => Model.SaveAdapter(folder, adapter, Score);

    /// <summary>The score of each sequence of a pass, <c>[sequence, 1]</c>.</summary>
    public Tensor Forward(Pass pass)
    {
        Tensor hidden = Model.Transformer.Stream(pass, Model.Transformer.Embed(pass));
        ReadOnlySpan<Batch.Sequence> sequences = pass.Batch.Sequences;
        var last = new int[sequences.Length];
        for (int i = 0; i < last.Length; i++)
            last[i] = sequences[i].Start + sequences[i].Length - 1;
        return Score.Forward(Ops.GatherRows(hidden, pass.Workspace.From(last)));
    }

    /// <summary>
    /// The scores of conversations, several packed into one pass. A conversation ends with its answer's last token, the one that ends the turn, and
    /// not with the line break that a template may put behind it.
    /// </summary>
    /// <param name="sequences">The conversations' ids, each at least one token and at most the model's context.</param>
    /// <param name="workspace">Where to compute; it is reset, and no tape may be in it.</param>
    /// <exception cref="GrimoireException">A sequence is longer than the model's context, or a token is not in its vocabulary.</exception>
    public double[] Scores(IReadOnlyList<int[]> sequences, Workspace workspace)
    {
        var scores = new double[sequences.Count];
        var batch = new Batch();
        for (int from = 0, to; from < scores.Length; from = to)
        {
            batch.Clear();
            for (to = from; to < scores.Length && (to == from || batch.Count + sequences[to].Length <= RowsAtOnce); to++)
                batch.Add(sequences[to]);
            workspace.Reset();
            ReadOnlySpan<float> values = Forward(Model.Transformer.Begin(workspace, batch)).Span<float>();
            for (int i = from; i < to; i++)
                scores[i] = values[i - from];
        }

        return scores;
    }

    private static Head? FindHead(string path, bool trainable)
    {
        string heads = Path.Combine(path, HeadsFile);
        if (File.Exists(heads))
            return Head.Read(heads, trainable).FirstOrDefault(head => head.Name == HeadName);
        if (AdapterFolder.Is(path))
            return PeftFolder.Score(path) is { } score ? Trained(score, trainable) : null;
        if (!File.Exists(Path.Combine(path, ModelFolder.ConfigFile)) || !ModelFiles.ReadConfig(path).IsTrunk || TokenClassifier.Exists(path))
            return null;
        WeightFiles files = WeightFiles.Open(path);
        if (!files.Names.Contains(ScoreWeight))
            throw new GrimoireException($"{path}: weight {ScoreWeight} is missing.");
        return Trained(files.Tensor(ScoreWeight).To(DType.F32, ScoreWeight).Keep(), trainable);
    }

    private static Head Trained(Tensor weight, bool trainable)
    {
        weight.RequiresGrad = trainable;
        return new Head(HeadName, weight);
    }

    /// <summary>
    /// Hugging Face reads the score at the last token that is not the padding, so that must be none that ends a conversation; without one its batches
    /// have one row, and are right.
    /// </summary>
    private int? Padding()
    {
        if (Model.ChatTemplate is not { } template || Model.Tokenizer.EndOfText is not { } end)
            return null;
        JsonArray shortest = [new JsonObject { ["role"] = "user", ["content"] = "a" }, new JsonObject { ["role"] = "assistant", ["content"] = "a" }];
        try
        {
            return template.Encode(Model.Tokenizer, shortest).Ids.Contains(end) ? null : end;
        }
        catch (GrimoireException)
        {
            return null; // a template that wants more than a question and an answer
        }
    }
}
