namespace Grimoire.Tensors;

/// <summary>
/// A piece of attention's work, done once for each key head: some query rows and all keys they see, or all rows of a short segment and one stretch of keys.
/// </summary>
internal readonly unsafe struct AttentionPiece(AttentionTile rows, int stretch = -1, int stretches = 0, float* partials = null)
{
    /// <summary>The query rows.</summary>
    public readonly AttentionTile Rows = rows;

    /// <summary>Which of the segment's stretches, or −1 for all keys.</summary>
    public int Stretch => stretch;

    /// <summary>How many stretches the segment has.</summary>
    public int Stretches => stretches;

    /// <summary>Where the results of the stretches wait to be merged, <see cref="FewQueries{V}.PartialSize"/> floats; null where there is one.</summary>
    public float* Partials => partials;
}

/// <summary>The tensors of one attention.</summary>
internal readonly unsafe struct AttentionOperands(
    float* q, float* k, float* v, AttentionShape shape, AttentionSpec spec, float* y, float* logSumExp)
{
    private const float Ln2 = 0.693147181f;

    public float* Q => q;

    public float* K => k;

    public float* V => v;

    public float* Y => y;

    public AttentionShape Shape => shape;

    public AttentionSpec Spec => spec;

    /// <summary>Notes the logarithm of a row's and head's sum of exponentials, where anybody wants it.</summary>
    /// <param name="row">The row.</param>
    /// <param name="head">The query head.</param>
    /// <param name="max">The largest score, in powers of two.</param>
    /// <param name="sum">The sum of the powers relative to it.</param>
    public void Note(int row, int head, float max, float sum)
    {
        if (logSumExp != null)
            logSumExp[((nint)row * shape.Heads) + head] = (max * Ln2) + MathF.Log(sum);
    }
}
