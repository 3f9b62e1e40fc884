namespace Grimoire.Training.Data;

/// <summary>
/// Whole documents, each its own sequence: the end token, then the document, whose last token is the end token again. So the model learns how a document
/// begins, every token and where it stops, and attention never sees another document. Shuffled anew each epoch; without a seed in file order.
/// </summary>
public sealed class DocumentSampler : SequenceSampler
{
    private readonly TokenStore store;
    private readonly int endToken;
    private readonly ulong? seed;

    /// <summary>The documents of a store.</summary>
    /// <param name="store">Tokens whose documents each end with <paramref name="endToken"/>.</param>
    /// <param name="context">The longest sequence the model takes.</param>
    /// <param name="endToken">The token between documents: end-of-text, or the line break.</param>
    /// <param name="seed">Shuffles; null for file order.</param>
    /// <exception cref="GrimoireException">A document does not fit in the context or does not end with the end token.</exception>
    public DocumentSampler(TokenStore store, int context, int endToken, ulong? seed)
    {
        (this.store, this.endToken, this.seed) = (store, endToken, seed);
        for (long i = 0; i < store.Documents; i++)
        {
            (long start, long length) = store.Document(i);
            if (length > context)
            {
                throw new GrimoireException(
                    $"Document {i + 1} has {length} tokens with its end, more than the context of {context}: " +
                    $"give a context of at least {length}, or train on windows of the text.");
            }

            if (Read(store, start + length - 1, 1).Ids[0] != endToken)
            {
                throw new GrimoireException(
                    $"Document {i + 1} does not end with the end token {endToken}: take documents as lines or a tokenizer with an end-of-text token.");
            }
        }
    }

    /// <inheritdoc/>
    public override long SequencesPerEpoch => store.Documents;

    private protected override EncodedExample Sequence(long number)
    {
        (long start, long length) = store.Document(Shuffled(number, store.Documents, seed));
        int[] tokens = new int[length + 1];
        tokens[0] = endToken;
        store.Read(start, tokens.AsSpan(1));
        return EncodedExample.OfText(tokens);
    }
}
