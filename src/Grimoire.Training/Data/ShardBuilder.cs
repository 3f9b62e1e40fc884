using System.Text;

namespace Grimoire.Training.Data;

/// <summary>
/// Encodes a corpus into shards: reads pieces in order, encodes a group of them on all cores, writes them in order. So the files do not depend on
/// the number of threads, and at most one group of text is in memory.
/// </summary>
internal sealed class ShardBuilder(string folder, TextEncoder encoder, long tokensPerShard) : IDisposable
{
    private const int GroupCharacters = 1 << 22;

    private readonly ShardWriter train = new(folder, "train", encoder.VocabularySize <= 1 << 16, tokensPerShard);
    private readonly ShardWriter validation = new(folder, "validation", encoder.VocabularySize <= 1 << 16, tokensPerShard);

    /// <summary>One stretch of text on its way into a split.</summary>
    private readonly record struct Work(string Text, bool EndsDocument, bool HeldOut);

    public void Add(Corpus corpus, Func<IEnumerable<TextPiece>, IEnumerable<(TextPiece Piece, bool HeldOut)>> divide, Action<int, long> report)
    {
        bool lineBreaks = corpus.Unit == DocumentUnit.Line && encoder.EndOfText is null;
        var group = new List<Work>();
        int characters = 0;
        foreach ((TextPiece piece, bool heldOut) in divide(corpus.Pieces()))
        {
            string text = lineBreaks && piece.EndsDocument ? piece.Text + "\n" : piece.Text;
            group.Add(new Work(text, piece.EndsDocument, heldOut));
            characters += text.Length;
            if (characters < GroupCharacters)
                continue;
            Write(group, report);
            group.Clear();
            characters = 0;
        }

        Write(group, report);
    }

    public (SplitIndex? Train, SplitIndex? Validation) Finish() => (train.Finish(), validation.Finish());

    public void Dispose()
    {
        train.Dispose();
        validation.Dispose();
    }

    private void Write(List<Work> group, Action<int, long> report)
    {
        int[][] ids = new int[group.Count][];
        try
        {
            Parallel.For(0, group.Count, i => ids[i] = encoder.Encode(group[i].Text));
        }
        catch (AggregateException e)
        {
            // The first piece's failure, whichever thread met one first.
            throw e.InnerExceptions.OfType<GrimoireException>().FirstOrDefault() ?? e.InnerExceptions[0];
        }

        int bytes = 0;
        for (int i = 0; i < group.Count; i++)
        {
            ShardWriter writer = group[i].HeldOut ? validation : train;
            int textBytes = Encoding.UTF8.GetByteCount(group[i].Text);
            Check(ids[i]);
            writer.Append(ids[i], textBytes);
            bytes += textBytes;
            if (!group[i].EndsDocument)
                continue;
            if (encoder.EndOfText is int end)
                writer.Append([end], 0);
            writer.EndDocument();
        }

        report(bytes, train.Tokens + validation.Tokens);
    }

    private void Check(int[] ids)
    {
        foreach (int id in ids)
        {
            if ((uint)id >= (uint)encoder.VocabularySize)
                throw new GrimoireException($"The tokenizer gave id {id}, but its vocabulary has {encoder.VocabularySize} entries; it is damaged.");
        }
    }
}
