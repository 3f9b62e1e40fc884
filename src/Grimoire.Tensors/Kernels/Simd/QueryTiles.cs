namespace Grimoire.Tensors;

/// <summary>
/// The query heads that share one key head, for some tokens: tiles of rows in which the heads of a token stand side by side, so that a tile spans few
/// positions. Each tile of keys and values is read, decoded and packed once for all of them.
/// </summary>
internal readonly unsafe struct QueryTiles<V>
    where V : unmanaged, ILanes<V>
{
    private readonly AttentionTile rows;
    private readonly AttentionOperands operands;
    private readonly HeadRows<V> keys, values;
    private readonly int keyHead, tokens, size, count, width;
    private readonly float* panelsQ, states, panelsK, packedV, readK, readV, scores;

    /// <summary>Packs the queries and begins with no key seen.</summary>
    /// <param name="rows">The tokens.</param>
    /// <param name="keyHead">The key head.</param>
    /// <param name="operands">The tensors.</param>
    /// <param name="tokens">Tokens of a tile of rows.</param>
    /// <param name="size">The most keys of a tile.</param>
    public QueryTiles(in AttentionTile rows, int keyHead, in AttentionOperands operands, int tokens, int size)
    {
        (this.rows, this.keyHead, this.operands, this.tokens, this.size) = (rows, keyHead, operands, tokens, size);
        AttentionShape shape = operands.Shape;
        int channels = shape.Channels;
        (count, width) = ((rows.Rows + tokens - 1) / tokens, HeadRows<V>.Width(channels));
        keys = new(rows, shape, keyHead, rows.CachedKeys, operands.K);
        values = new(rows, shape, keyHead, rows.CachedValues, operands.V);
        long read = (long)size * width;
        scores = Scratch.Own(
            ScoreTile<V>.Size(TileRows, size) + (count * (QuerySize + StateSize)) + KeyPanels<V>.Size(size, channels)
            + RightFactor<V>.Size(size, channels) + (2 * read));
        panelsK = scores + ScoreTile<V>.Size(TileRows, size);
        packedV = panelsK + KeyPanels<V>.Size(size, channels);
        readK = packedV + RightFactor<V>.Size(size, channels);
        readV = readK + read;
        panelsQ = readV + read;
        states = panelsQ + (count * QuerySize);
        for (int tile = 0; tile < count; tile++)
        {
            Pack(tile);
            OnlineSoftmax<V>.Begin(RowsOf(tile), channels, states + (tile * StateSize));
        }
    }

    private int TileRows => tokens * operands.Shape.Share;

    private long QuerySize => QueryPanels<V>.Size(TileRows, operands.Shape.Channels);

    private long StateSize => OnlineSoftmax<V>.Size(TileRows, operands.Shape.Channels);

    /// <summary>Lets the tiles see the next keys.</summary>
    public void Add(int first, int count)
    {
        int channels = operands.Shape.Channels;
        float* read = keys.Read(first, count, readK, out nint step);
        KeyPanels<V>.Pack(read, step, count, channels, panelsK);
        read = values.Read(first, count, readV, out step);
        var right = new RightFactor<V>(read, step, count, channels, packedV);
        for (int tile = 0; tile < this.count; tile++)
        {
            AttentionTile own = Tokens(tile);
            (int from, int to) = own.Visible(operands.Spec);
            if (from >= first + count || to <= first)
                continue;
            var scored = new ScoreTile<V>(operands.Spec, own.Rows * operands.Shape.Share, own.Position, first, count, operands.Shape.Share);
            scored.Multiply(panelsK, panelsQ + (tile * QuerySize), channels, scores);
            State(tile).Add(scored, scores, right);
        }
    }

    /// <summary>Stores the results.</summary>
    public void Finish()
    {
        AttentionShape shape = operands.Shape;
        for (int tile = 0; tile < count; tile++)
        {
            OnlineSoftmax<V> state = State(tile);
            int token = Tokens(tile).Row;
            for (int row = 0; row < RowsOf(tile); row++)
            {
                int head = (keyHead * shape.Share) + (row % shape.Share), at = token + (row / shape.Share);
                (float max, float sum) = state.Finish(row, shape.Channels, operands.Y + (at * shape.Stride) + ((nint)head * shape.Channels));
                operands.Note(at, head, max, sum);
            }
        }
    }

    private AttentionTile Tokens(int tile) => rows with { First = rows.First + (tile * tokens), Rows = Math.Min(tokens, rows.Rows - (tile * tokens)) };

    private int RowsOf(int tile) => Math.Min(tokens, rows.Rows - (tile * tokens)) * operands.Shape.Share;

    private OnlineSoftmax<V> State(int tile) => OnlineSoftmax<V>.At(RowsOf(tile), operands.Shape.Channels, states + (tile * StateSize));

    /// <summary>Gathers the rows of a tile, because the heads of a token and those of the next lie apart, and packs them, times the scale.</summary>
    private void Pack(int tile)
    {
        AttentionShape shape = operands.Shape;
        AttentionTile own = Tokens(tile);
        int channels = shape.Channels, together = shape.Share * channels;
        float* from = operands.Q + (own.Row * shape.Stride) + ((nint)keyHead * together), gathered = from;
        float factor = operands.Spec.Scale;
        nint stride = shape.Stride;
        if (shape.Share > 1)
        {
            gathered = states + (tile * StateSize); // which nothing uses yet
            stride = channels;
            for (int token = 0; token < own.Rows; token++, from += shape.Stride)
                RowMath<V>.Scale(from, factor, gathered + ((nint)token * together), together);
            factor = 1;
        }

        QueryPanels<V>.Pack(gathered, stride, own.Rows * shape.Share, channels, panelsQ + (tile * QuerySize), factor);
    }
}
