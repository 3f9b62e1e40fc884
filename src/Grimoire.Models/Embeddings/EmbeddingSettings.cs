using Grimoire.Models.Adapters;

namespace Grimoire.Models;

/// <summary>Which hidden state, or what of all of them, stands for a text.</summary>
public enum Pooling
{
    /// <summary>The mean of all tokens' (Reimers and Gurevych 2019, arXiv:1908.10084).</summary>
    Mean,

    /// <summary>The first token's, BERT's <c>[CLS]</c>.</summary>
    First,

    /// <summary>The last token's: in a decoder the only one that has seen the whole text.</summary>
    Last,
}

/// <summary>How a text becomes one vector.</summary>
public sealed record EmbeddingSettings
{
    /// <summary>What stands for the text.</summary>
    public Pooling Pooling { get; init; }

    /// <summary>Whether vectors are scaled to length 1, so that a dot product is the cosine.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>The most tokens of a text that are read, special ones included; 0 for the model's context.</summary>
    public int MaxTokens { get; init; }

    /// <summary>Put before every text, as some models were trained with.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>What is usual for such a model: the mean, or the last token's where a token sees only what is before it.</summary>
    public static EmbeddingSettings For(ModelConfig config) => new() { Pooling = config.Causal ? Pooling.Last : Pooling.Mean };

    /// <summary>
    /// Reads what a model's files say: sentence-transformers' <c>modules.json</c> and what it names, <c>sentence_bert_config.json</c> and
    /// <c>config_sentence_transformers.json</c>, or a GGUF file's <c>pooling_type</c>; where nothing is said, what is usual.
    /// </summary>
    /// <param name="path">A folder or a GGUF file.</param>
    /// <param name="config">The model.</param>
    /// <exception cref="GrimoireException">A file is broken or asks for something else than pooling and normalising.</exception>
    public static EmbeddingSettings Read(string path, ModelConfig config)
    {
        path = AdapterFolder.Trunk(path);
        return File.Exists(path) ? EmbeddingFiles.OfGguf(path, For(config)) : EmbeddingFiles.OfFolder(path, For(config));
    }
}
