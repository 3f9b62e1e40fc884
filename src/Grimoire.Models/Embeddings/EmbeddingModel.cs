using System.Collections.Concurrent;
using Grimoire.Tensors;
using Microsoft.Extensions.AI;

namespace Grimoire.Models;

/// <summary>A text's vector.</summary>
/// <param name="Vector"><c>[channel]</c>.</param>
/// <param name="Tokens">How many tokens were read, special ones included.</param>
/// <param name="CutTokens">How many were left out because the text is too long.</param>
public sealed record TextEmbedding(float[] Vector, int Tokens, int CutTokens);

/// <summary>
/// Texts as vectors whose cosine says how alike they are: an encoder such as BERT, or a decoder. Many texts are read in one pass, without padding. Several
/// threads may use one model.
/// </summary>
public sealed class EmbeddingModel : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>The most rows of a pass; a longer text has a pass of its own.</summary>
    private const int RowsAtOnce = 2048;

    private readonly LanguageModel model;
    private readonly Kernels kernels;
    private readonly EmbeddingGeneratorMetadata metadata;
    private readonly ConcurrentBag<EmbeddingPass> idle = [];
    private readonly int mostTokens;

    /// <summary>Embeds with a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="settings">How; null for what is usual for such a model.</param>
    /// <param name="kernels">What computes; null for the processor's vector units.</param>
    /// <param name="modelId">The model's name in results; null for that of its family.</param>
    /// <exception cref="GrimoireException">A setting is out of range.</exception>
    public EmbeddingModel(LanguageModel model, EmbeddingSettings? settings = null, Kernels? kernels = null, string? modelId = null)
    {
        (this.model, this.kernels) = (model, kernels ?? Kernels.Simd);
        Settings = settings ?? EmbeddingSettings.For(model.Config);
        int least = Frame.Before.Length + Frame.After.Length + 1;
        mostTokens = Settings.MaxTokens == 0 ? model.Config.Context : Math.Min(Settings.MaxTokens, model.Config.Context);
        if (mostTokens < least)
            throw new GrimoireException($"embedding: at most {mostTokens} tokens of a text are to be read; with the special ones it must be {least} or more.");
        metadata = new EmbeddingGeneratorMetadata("grimoire", providerUri: null, modelId ?? model.Config.Family, model.Config.Channels);
    }

    /// <summary>How texts become vectors.</summary>
    public EmbeddingSettings Settings { get; }

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions => model.Config.Channels;

    private Tokenizers.Template Frame => model.Tokenizer.Pipeline.Template;

    /// <summary>Opens a model and what its files say of pooling.</summary>
    /// <param name="path">A Hugging Face folder or a GGUF file.</param>
    /// <param name="kernels">What computes; null for the processor's vector units.</param>
    /// <exception cref="GrimoireException">A file is missing, damaged or not understood.</exception>
    public static EmbeddingModel Load(string path, Kernels? kernels = null)
    {
        LanguageModel loaded = LanguageModel.Load(path);
        return new EmbeddingModel(loaded, EmbeddingSettings.Read(path, loaded.Config), kernels);
    }

    /// <summary>Embeds texts; vector i belongs to text i and does not depend on its company, up to the rounding of the kernels.</summary>
    /// <param name="texts">The texts. What is longer than the model reads is cut, and the result says so.</param>
    /// <param name="cancellation">Ends the work within one pass.</param>
    /// <exception cref="GrimoireException">A text has no token.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public IReadOnlyList<TextEmbedding> Embed(IReadOnlyList<string> texts, CancellationToken cancellation = default)
    {
        (int[] Ids, int Cut)[] read = [.. texts.Select(Encode)];
        int[] order = [.. Enumerable.Range(0, read.Length).OrderBy(i => read[i].Ids.Length)];
        var embeddings = new TextEmbedding[read.Length];
        if (!idle.TryTake(out EmbeddingPass? pass))
            pass = new EmbeddingPass(model.Transformer, kernels, Settings);
        try
        {
            for (int start = 0, end = 0; start < order.Length; start = end)
            {
                cancellation.ThrowIfCancellationRequested();
                for (int rows = 0; end < order.Length && (end == start || rows + read[order[end]].Ids.Length <= RowsAtOnce); end++)
                    rows += read[order[end]].Ids.Length;
                float[][] vectors = pass.Run([.. order[start..end].Select(i => read[i].Ids)]);
                for (int i = start; i < end; i++)
                    embeddings[order[i]] = new TextEmbedding(vectors[i - start], read[order[i]].Ids.Length, read[order[i]].Cut);
            }
        }
        finally
        {
            idle.Add(pass);
        }

        return embeddings;
    }

    /// <summary>Embeds texts on the thread pool. Where a text was cut, its embedding's <c>AdditionalProperties</c> have <c>cut_tokens</c>.</summary>
    /// <exception cref="GrimoireException">A text has no token, or an option cannot be honoured.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        Refuse(options);
        string[] texts = [.. values];
        IReadOnlyList<TextEmbedding> embedded = await Task.Run(() => Embed(texts, cancellationToken), cancellationToken).ConfigureAwait(false);
        long tokens = embedded.Sum(text => (long)text.Tokens);
        return new GeneratedEmbeddings<Embedding<float>>(embedded.Select(text => new Embedding<float>(text.Vector)
        {
            ModelId = metadata.DefaultModelId,
            AdditionalProperties = text.CutTokens > 0 ? new AdditionalPropertiesDictionary { ["cut_tokens"] = text.CutTokens } : null,
        }))
        {
            Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens },
        };
    }

    /// <summary>The model itself, its <see cref="EmbeddingGeneratorMetadata"/>, or the <see cref="LanguageModel"/>.</summary>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        return serviceType == typeof(EmbeddingGeneratorMetadata) ? metadata
            : serviceType == typeof(LanguageModel) ? model
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <summary>Nothing to release: memory goes with the model.</summary>
    public void Dispose()
    {
    }

    /// <summary>A text's tokens within the special ones, cut at its end if there are too many.</summary>
    private (int[] Ids, int Cut) Encode(string text)
    {
        int[] ids = model.Tokenizer.Encode(Settings.Prefix + text);
        int room = mostTokens - Frame.Before.Length - Frame.After.Length;
        int cut = Math.Max(0, ids.Length - room);
        int[] framed = [.. Frame.Before, .. ids.AsSpan(0, ids.Length - cut), .. Frame.After];
        return framed.Length > 0 ? (framed, cut) : throw new GrimoireException("embedding: a text is empty; there is nothing to embed.");
    }

    private void Refuse(EmbeddingGenerationOptions? options)
    {
        if (options?.Dimensions is { } dimensions && dimensions != Dimensions)
            throw new GrimoireException($"embedding: {dimensions} dimensions are asked for; this model's vectors have {Dimensions}.");
        if (options?.ModelId is { } other && other != metadata.DefaultModelId)
        {
            throw new GrimoireException(
                $"embedding: the model {other} is asked for, but this is {metadata.DefaultModelId}; leave ModelId out or open that model.");
        }

        if (options?.AdditionalProperties?.Keys.FirstOrDefault() is { } unknown)
            throw new GrimoireException($"embedding: AdditionalProperties has {unknown}, which is not known; leave it out.");
    }
}
