using Grimoire.Models.Tokenizers;

namespace Grimoire.Evaluation.Likelihoods;

/// <summary>
/// How texts become tokens to be scored, by the rules of EleutherAI's lm-evaluation-harness (Gao et al. 2021, doi:10.5281/zenodo.5371628): what a tokenizer
/// puts before a text stands before a context; where there is no context, the token that begins texts does, or the one that ends them; white space at the end
/// of a context belongs to the continuation; both are encoded as one text and parted behind as many tokens as the context alone has. Special tokens spelled in
/// a text stay text.
/// </summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="context">The most tokens a model reads at once.</param>
public sealed class TextBoundaries(Tokenizer tokenizer, int context)
{
    private readonly int[] before = Before(tokenizer);

    /// <summary>What stands before a text that nothing precedes.</summary>
    /// <exception cref="GrimoireException">The tokenizer names no such token.</exception>
    public int Prefix => tokenizer.BeginOfText ?? tokenizer.EndOfText ?? throw new GrimoireException(
        "the tokenizer names no token that begins or ends a text, so the first token of a text cannot be scored; use a model whose tokenizer names one.");

    /// <summary>The tokens of a context and of a continuation after it.</summary>
    /// <exception cref="GrimoireException">The continuation has no token.</exception>
    public (int[] Context, int[] Continuation) Part(string context, string continuation)
    {
        string bare = context.TrimEnd();
        continuation = context[bare.Length..] + continuation;
        if (continuation.Length == 0)
            throw new GrimoireException("a continuation is empty; there is nothing to score.");
        if (bare.Length == 0)
            return Alone(tokenizer.Encode(continuation));
        int[] head = [.. before, .. tokenizer.Encode(bare)], whole = [.. before, .. tokenizer.Encode(bare + continuation)];
        // Where both grew into one token, the continuation is what they do not have in common.
        int cut = whole.Length > head.Length ? head.Length : Math.Max(1, Math.Min(whole.Length - 1, head.AsSpan().CommonPrefixLength(whole)));
        return cut == 0 || whole.Length < 2 ? ([Prefix], whole) : (whole[..cut], whole[cut..]);
    }

    /// <summary>The tokens of a text that is scored as a whole.</summary>
    public (int[] Context, int[] Continuation) Whole(string text) => ([Prefix], [.. before, .. tokenizer.Encode(text)]);

    /// <summary>
    /// Cuts what is longer than a model's context: a context loses its beginning; a continuation that is too long alone is scored window by window, each new
    /// token once and after as much as fits.
    /// </summary>
    /// <param name="before">What comes before, at least one token.</param>
    /// <param name="scored">What is scored.</param>
    /// <param name="stride">How many tokens each window but the first scores anew: from 1 to the context's length.</param>
    public IEnumerable<LikelihoodRequest> Windows(int[] before, int[] scored, int stride)
    {
        int[] all = [.. before, .. scored];
        if (scored.Length == 0)
            yield break;
        if (scored.Length <= context)
        {
            int from = Math.Max(0, all.Length - context - 1);
            yield return new LikelihoodRequest(all[from..before.Length], scored);
            yield break;
        }

        // The first window scores all it can, after the single token before it.
        for (int at = before.Length, size = context; at < all.Length; at += size, size = stride)
        {
            size = Math.Min(size, all.Length - at);
            int from = Math.Max(0, at + size - context - 1);
            yield return new LikelihoodRequest(all[from..at], all[at..(at + size)]);
        }
    }

    private (int[] Context, int[] Continuation) Alone(int[] ids) => ids.Length > 1 && ids[0] == Prefix ? (ids[..1], ids[1..]) : ([Prefix], ids);

    /// <summary>What the tokenizer puts before a text, usually nothing or the token that begins texts; what it puts behind one has no place here.</summary>
    private static int[] Before(Tokenizer tokenizer)
    {
        int[] around = tokenizer.Encode("", addSpecial: true);
        int[] bare = tokenizer.Encode("a"), framed = tokenizer.Encode("a", addSpecial: true);
        int at = framed.AsSpan().IndexOf(bare);
        return at >= 0 ? framed[..at] : around;
    }
}
