using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Likelihoods;

/// <summary>How documents follow each other.</summary>
public enum DocumentOrder
{
    /// <summary>Each begins anew behind the token that begins or ends texts.</summary>
    Alone,

    /// <summary>All are one stream with that token between them, which is not scored: what a document is about may come from the one before.</summary>
    Rolling,
}

/// <summary>
/// Scores documents token by token, many at once. What is longer than the context is read in windows: the first scores all of itself, each further one
/// <paramref name="stride"/> new tokens behind as many others as fit.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="kernels">What computes.</param>
/// <param name="stride">
/// From 1 (slowest, each token sees the most) to the context's length; 0 for the context's length, as the reference harness has it.
/// </param>
/// <param name="order">Whether documents stand alone.</param>
/// <param name="batchTokens">The rows of a pass; figures do not depend on it.</param>
public sealed class Perplexity(
    LanguageModel model, Kernels kernels, int stride = 0, DocumentOrder order = DocumentOrder.Alone, int batchTokens = LikelihoodEngine.DefaultBatchTokens)
{
    private const int TokensAtOnce = 1 << 16;
    private readonly int context = model.Config.Context;
    private readonly int step = stride >= 0 && stride <= model.Config.Context ? stride == 0 ? model.Config.Context : stride
        : throw new GrimoireException(
            $"scoring: the stride is {stride}; it must be from 1 to the model's context of {model.Config.Context}, or 0 for all of it.");

    private readonly LikelihoodEngine engine = new(model.Transformer, kernels, batchTokens) { KeepScores = true, Shared = int.MaxValue };

    /// <summary>The tokens that a window but the first scores anew.</summary>
    public int Stride => step;

    /// <summary>Scores documents as they are read; each comes with its tokens' scores.</summary>
    /// <param name="documents">Names and texts.</param>
    /// <param name="cancellation">Ends the work soon.</param>
    /// <exception cref="GrimoireException">A text cannot be encoded, or the tokenizer names no token to begin with.</exception>
    public IEnumerable<DocumentLikelihood> Score(IEnumerable<(string Name, string Text)> documents, CancellationToken cancellation = default)
    {
        var some = new List<(string Name, string Text, int[] Ids)>();
        int[] before = [new TextBoundaries(model.Tokenizer, context).Prefix];
        int separator = before[0], waiting = 0;
        foreach ((string name, string text) in documents)
        {
            int[] ids = model.Tokenizer.Encode(text);
            if (ids.Length == 0)
                continue;
            some.Add((name, text, ids));
            waiting += ids.Length;
            if (waiting < TokensAtOnce)
                continue;
            foreach (DocumentLikelihood found in Flush())
                yield return found;
        }

        foreach (DocumentLikelihood found in Flush())
            yield return found;

        DocumentLikelihood[] Flush()
        {
            DocumentLikelihood[] found = [.. order == DocumentOrder.Alone ? Alone(some, separator, cancellation)
                : Stream(some, before, separator, cancellation)];
            if (order == DocumentOrder.Rolling && some.Count > 0)
                before = Tail([.. before, .. Joined(some, separator)]);
            some.Clear();
            waiting = 0;
            return found;
        }
    }

    private IEnumerable<DocumentLikelihood> Alone(List<(string Name, string Text, int[] Ids)> documents, int prefix, CancellationToken cancellation)
    {
        var boundaries = new TextBoundaries(model.Tokenizer, context);
        LikelihoodRequest[][] windows = [.. documents.Select(document => boundaries.Windows([prefix], document.Ids, step).ToArray())];
        IReadOnlyList<Likelihood> scored = engine.Score([.. windows.SelectMany(window => window)], cancellation);
        int at = 0;
        foreach (((string name, string text, _), LikelihoodRequest[] own) in documents.Zip(windows))
        {
            yield return DocumentLikelihood.Of(name, text, [.. scored.Skip(at).Take(own.Length).SelectMany(window => window.Scores)]);
            at += own.Length;
        }
    }

    private IEnumerable<DocumentLikelihood> Stream(List<(string Name, string Text, int[] Ids)> documents, int[] before, int separator,
        CancellationToken cancellation)
    {
        int[] ids = Joined(documents, separator);
        LikelihoodRequest[] windows = [.. Windows(before, ids)];
        TokenScore[] scores = [.. engine.Score(windows, cancellation).SelectMany(window => window.Scores)];
        int at = 0;
        foreach ((string name, string text, int[] own) in documents)
        {
            yield return DocumentLikelihood.Of(name, text, scores[at..(at + own.Length)]);
            at += own.Length + 1;
        }
    }

    /// <summary>Windows over a stream: the very first scores all it can, each further one as many tokens as the stride is long.</summary>
    private IEnumerable<LikelihoodRequest> Windows(int[] before, int[] scored)
    {
        int[] all = [.. before, .. scored];
        for (int at = before.Length; at < all.Length;)
        {
            int size = Math.Min(at == 1 ? context : step, all.Length - at);
            yield return new LikelihoodRequest(all[Math.Max(0, at + size - context - 1)..at], all[at..(at + size)]);
            at += size;
        }
    }

    private static int[] Joined(List<(string Name, string Text, int[] Ids)> documents, int separator) =>
        [.. documents.SelectMany(document => document.Ids.Append(separator))];

    private int[] Tail(int[] ids) => ids.Length <= context ? ids : ids[^context..];
}
