using Grimoire.Models.Adapters;
using Grimoire.Models.Chat;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>A transformer and the tokenizer its ids belong to: all that is needed to read and write text.</summary>
public sealed record LanguageModel
{
    private const int Padding = 128;

    /// <summary>Puts a transformer and a tokenizer together.</summary>
    /// <exception cref="GrimoireException">They do not fit.</exception>
    public LanguageModel(Transformer transformer, Tokenizer tokenizer)
    {
        CheckFit(transformer.Config, tokenizer);
        (Transformer, Tokenizer) = (transformer, tokenizer);
    }

    /// <summary>Ids to logits.</summary>
    public Transformer Transformer { get; }

    /// <summary>Text to ids and back.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>How its makers would have it sampled.</summary>
    public GenerationDefaults Defaults { get; init; } = GenerationDefaults.None;

    /// <summary>How it wants conversations written; null where its files do not say.</summary>
    public ChatTemplate? ChatTemplate { get; init; }

    /// <summary>Where it was loaded from; null if it was made here.</summary>
    public string? Origin { get; init; }

    /// <summary>What the transformer is.</summary>
    public ModelConfig Config => Transformer.Config;

    /// <summary>
    /// Loads a Hugging Face folder (<c>config.json</c>, <c>model*.safetensors</c> and a tokenizer), a GGUF file, which holds the tokenizer itself, or a PEFT
    /// folder: the base it names with the adapter attached.
    /// </summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="trainable">
    /// Whether to copy the weights to F32, an adapter merged into them, and mark them to be trained. Otherwise they stay in the mapped files in the type they
    /// have there.
    /// </param>
    /// <exception cref="GrimoireException">A file is missing, damaged or not understood, or the tokenizer does not belong to the model.</exception>
    public static LanguageModel Load(string path, bool trainable = false)
    {
        Task<(string Words, Tokenizer Tokenizer)> reading = Task.Run(() => ReadWords(path)); // takes as long as all the rest
        Transformer transformer;
        try
        {
            transformer = ModelFiles.Load(path, trainable);
        }
        finally
        {
            Task.WaitAny(reading); // also where the model is refused: the files are the caller's again, who may shorten them
        }

        (string words, Tokenizer tokenizer) = reading.GetAwaiter().GetResult();
        return new LanguageModel(transformer, Fitting(transformer.Config, words, tokenizer))
        {
            Defaults = GenerationDefaults.Read(words),
            ChatTemplate = ChatTemplateFiles.Read(words),
            Origin = path,
        };

        static (string Words, Tokenizer Tokenizer) ReadWords(string path)
        {
            string words = AdapterFolder.Words(path);
            return (words, Tokenizer.Load(words));
        }
    }

    /// <summary>
    /// Writes a Hugging Face folder that other libraries open: <c>config.json</c>, <c>model.safetensors</c>, <c>generation_config.json</c>,
    /// <c>tokenizer.json</c> and <c>tokenizer_config.json</c>, each whole or not at all, the config last.
    /// </summary>
    /// <param name="folder">The folder, made if need be.</param>
    /// <param name="type">How weights are stored; as the token embedding is if not given, or as F16 if that is quantised.</param>
    /// <exception cref="GrimoireException">The family's files cannot express the model, or the folder cannot be written.</exception>
    public void Save(string folder, DType? type = null)
    {
        _ = Family.Named(Config.Family).WriteConfig(ModelFolder.Halved(Config)); // refuses before anything is written
        Tokenizer.Save(folder);
        Defaults.Write(folder, Tokenizer);
        if (ChatTemplate is not null)
            ChatTemplateFiles.Write(ChatTemplate, folder);
        ModelFolder.Save(folder, Transformer, type, Tokenizer.BeginOfText, Tokenizer.EndOfText);
    }

    /// <summary>Writes an adapter as a PEFT folder, with the tokenizer, the chat template and the sampling defaults that it goes with.</summary>
    /// <param name="folder">The folder, made if need be.</param>
    /// <param name="adapter">An adapter for this model.</param>
    /// <exception cref="GrimoireException">The files cannot express the adapter, or the folder cannot be written.</exception>
    public void SaveAdapter(string folder, Adapter adapter) => SaveAdapter(folder, adapter, score: null);

    /// <summary>The same for a reward model, with its head.</summary>
    internal void SaveAdapter(string folder, Adapter adapter, Head? score)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        Tokenizer.Save(folder);
        Defaults.Write(folder, Tokenizer);
        if (ChatTemplate is not null)
            ChatTemplateFiles.Write(ChatTemplate, folder);
        adapter.Save(folder, Origin is null ? null : Path.GetFullPath(Origin), score);
    }

    /// <summary>Writes a GGUF file that llama.cpp opens, with the tokenizer and the chat template inside, whole or not at all.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="type">How matrices are stored; each as it is if not given. Vectors are always F32.</param>
    /// <param name="card">The model's name, license and languages.</param>
    /// <param name="pooling">What stands for a text where the model is an encoder.</param>
    /// <exception cref="GrimoireException">The format cannot express the model or its tokenizer, or the file cannot be written.</exception>
    public void SaveGguf(string path, DType? type = null, ModelCard? card = null, Pooling? pooling = null) =>
        GgufModel.Save(path, Transformer, type, Metadata(card, pooling));

    /// <summary>All that a GGUF file says of a model besides its config.</summary>
    internal GgufMetadata Metadata(ModelCard? card, Pooling? pooling) => GgufMetadata.Of(
    [
        .. (card ?? new ModelCard()).Metadata(),
        .. pooling is { } way ? [EmbeddingFiles.Metadata(Config, way)] : Array.Empty<KeyValuePair<string, GgufValue>>(),
        .. GgufVocabulary.Write(Tokenizer, Config.Vocabulary),
        .. ChatTemplateFiles.Metadata(ChatTemplate),
        .. Defaults.ToGguf(),
    ]);

    /// <summary>The tokenizer of a folder or file, if it belongs to the model.</summary>
    internal static Tokenizer Fitting(ModelConfig config, string path) => Fitting(config, path, Tokenizer.Load(path));

    private static Tokenizer Fitting(ModelConfig config, string path, Tokenizer tokenizer)
    {
        try
        {
            CheckFit(config, tokenizer);
            return tokenizer;
        }
        catch (GrimoireException e)
        {
            throw new GrimoireException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>
    /// A model must have a logit for every id. It may have some more, since vocabularies are padded to round sizes; many more mean that the two
    /// do not belong together.
    /// </summary>
    private static void CheckFit(ModelConfig config, Tokenizer tokenizer)
    {
        int ids = tokenizer.VocabularySize, spare = config.Vocabulary - ids;
        if (spare < 0)
            throw new GrimoireException($"the tokenizer has {ids} ids and the model only {config.Vocabulary}; they do not belong together.");
        if (spare >= Math.Max(Padding, config.Vocabulary / 16))
        {
            throw new GrimoireException(
                $"the tokenizer has {ids} ids and the model {config.Vocabulary}, more than padding explains; they do not belong together.");
        }
    }
}
