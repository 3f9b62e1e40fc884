namespace Grimoire.Tensors;

/// <summary>
/// Attention that never forms its pattern: keys pass by in tiles while each row keeps its largest score so far, the sum of exponentials and the weighted sum of
/// values (Milakov and Gimelshein 2018, arXiv:1805.02867; Dao et al. 2022, arXiv:2205.14135). Few rows that read a long cache, as in decoding, go another way:
/// see <see cref="FewQueries{V}"/>.
/// </summary>
internal sealed unsafe partial class SimdKernels<V>
{
    /// <summary>Query rows, and keys, of a tile.</summary>
    private const int AttentionTileSize = 96;

    /// <summary>Tiles of query rows that share one packing of the keys.</summary>
    private const int SharingTiles = 4;

    /// <summary>More rows than a segment has.</summary>
    private const int WholeSegment = 1 << 30;

    public override void Attention(Tensor q, Tensor k, Tensor v, ReadOnlySpan<Segment> segments, AttentionSpec spec, Tensor y, Tensor? logSumExp)
    {
        var shape = new AttentionShape(q, k);
        var operands = new AttentionOperands(Floats(q), Floats(k), Floats(v), shape, spec, Floats(y), FloatsOrNull(logSumExp));
        AttentionPiece* pieces = Pieces(segments, shape, spec, out int count, out long work, out bool merges);
        int used = work > 1 << 15 ? threads : 1;
        // Where there are stretches enough for everybody, each is read as it lies in memory, all heads side by side.
        int together = count >= 4 * used || used == 1 ? shape.KeyHeads : Math.Max(1, shape.KeyHeads / (4 * used));
        var job = new AttentionJob(pieces, count, operands, together);
        ThreadTeam.Shared.Run(ref job, count * shape.KeyHeads, used);
        if (!merges)
            return;
        var merge = new MergeJob(pieces, operands);
        ThreadTeam.Shared.Run(ref merge, count * shape.KeyHeads, used);
    }

    /// <summary>Cuts the segments into tiles of at most so many rows, and counts pairs of a row and a key.</summary>
    private static AttentionTile* Tiles(ReadOnlySpan<Segment> segments, int rows, out int count, out long pairs)
    {
        (count, pairs) = (0, 0);
        foreach (ref readonly Segment segment in segments)
            count += (segment.Length + rows - 1) / rows;
        var tiles = (AttentionTile*)Scratch.Plan((long)count * sizeof(AttentionTile) / sizeof(float));
        int next = 0;
        foreach (ref readonly Segment segment in segments)
        {
            pairs += segment.Length * ((long)segment.Past + segment.Length);
            for (int first = 0; first < segment.Length; first += rows)
                tiles[next++] = new(segment, first, Math.Min(rows, segment.Length - first));
        }

        return tiles;
    }

    /// <summary>Short segments by stretches of keys, long ones by rows; and about how many multiplications there are.</summary>
    private static AttentionPiece* Pieces(
        ReadOnlySpan<Segment> segments, AttentionShape shape, AttentionSpec spec, out int count, out long work, out bool merges)
    {
        long partials = 0;
        (count, work, merges) = (0, 0, false);
        int rows = RowsOf(shape) * SharingTiles;
        foreach (ref readonly Segment segment in segments)
        {
            work += segment.Length * ((long)segment.Past + segment.Length) * shape.Stride;
            int stretches = Stretches(segment, spec);
            count += stretches > 0 ? stretches : (segment.Length + rows - 1) / rows;
            partials += stretches > 1 ? FewQueries<Lanes512>.PartialSize(stretches, segment.Length, shape) : 0;
        }

        var pieces = (AttentionPiece*)Scratch.Plan((long)count * sizeof(AttentionPiece) / sizeof(float));
        float* partial = partials > 0 ? Scratch.Shared(partials) : null;
        int next = 0;
        foreach (ref readonly Segment segment in segments)
        {
            int stretches = Stretches(segment, spec);
            for (int stretch = 0; stretch < stretches; stretch++)
                pieces[next++] = new(new(segment, 0, segment.Length), stretch, stretches, stretches > 1 ? partial : null);
            if (stretches > 1)
            {
                partial += FewQueries<Lanes512>.PartialSize(stretches, segment.Length, shape);
                merges = true;
            }

            for (int first = 0; stretches == 0 && first < segment.Length; first += rows)
                pieces[next++] = new(new AttentionTile(segment, first, Math.Min(rows, segment.Length - first)));
        }

        return pieces;
    }

    /// <summary>Tokens whose query heads, side by side, make a tile of rows.</summary>
    private static int RowsOf(AttentionShape shape) => Math.Max(1, AttentionTileSize / shape.Share);

    /// <summary>The stretches of keys of a segment of few rows; 0 for a longer one.</summary>
    private static int Stretches(in Segment segment, AttentionSpec spec)
    {
        if (segment.Length > FewQueries<V>.Rows)
            return 0;
        (int first, int end) = FewQueries<V>.Stretches(new(segment, 0, segment.Length), spec);
        return end - first;
    }

    /// <summary>One piece and key head.</summary>
    private readonly struct AttentionJob(AttentionPiece* pieces, int count, AttentionOperands operands, int together) : IJob
    {
        public void Run(int index)
        {
            // Later rows of a sequence see more keys: they come first, so that no thread is left with a long piece at the end.
            (int piece, int keyHead) = Math.DivRem(index, operands.Shape.KeyHeads);
            ref readonly AttentionPiece rows = ref pieces[count - 1 - piece];
            if (rows.Stretch < 0)
                Many(rows.Rows, keyHead);
            else if (keyHead % together == 0)
                Few(rows, keyHead, Math.Min(together, operands.Shape.KeyHeads - keyHead));
        }

        private void Few(in AttentionPiece piece, int keyHead, int keyHeads)
        {
            if (V.Count > 8 && operands.Shape.Channels % V.Count != 0 && operands.Shape.Channels % 8 == 0)
                FewQueries<Lanes256>.Run(piece, keyHead, keyHeads, operands);
            else if (V.Count > 4 && operands.Shape.Channels % 8 == 4)
                FewQueries<Lanes128>.Run(piece, keyHead, keyHeads, operands);
            else
                FewQueries<V>.Run(piece, keyHead, keyHeads, operands);
        }

        /// <summary>Rows by the hundred: tiles of rows take turns with each tile of keys, which is packed once for all of them.</summary>
        private void Many(in AttentionTile rows, int keyHead)
        {
            var tiles = new QueryTiles<V>(rows, keyHead, operands, RowsOf(operands.Shape), AttentionTileSize);
            (int first, int end) = rows.Visible(operands.Spec);
            for (int j = first; j < end; j += AttentionTileSize)
                tiles.Add(j, Math.Min(AttentionTileSize, end - j));
            tiles.Finish();
        }
    }

    /// <summary>The stretches of one segment and key head.</summary>
    private readonly struct MergeJob(AttentionPiece* pieces, AttentionOperands operands) : IJob
    {
        public void Run(int index)
        {
            (int piece, int keyHead) = Math.DivRem(index, operands.Shape.KeyHeads);
            ref readonly AttentionPiece first = ref pieces[piece];
            if (first.Stretch != 0 || first.Stretches == 1)
                return;
            if (V.Count > 8 && operands.Shape.Channels % V.Count != 0 && operands.Shape.Channels % 8 == 0)
                FewQueries<Lanes256>.Merge(first, keyHead, operands);
            else if (V.Count > 4 && operands.Shape.Channels % 8 == 4)
                FewQueries<Lanes128>.Merge(first, keyHead, operands);
            else
                FewQueries<V>.Merge(first, keyHead, operands);
        }
    }
}
