namespace Grimoire.Tensors;

/// <summary>A piece of attention's work, done once for each key head: some query rows and all keys they see, or all rows of a short segment and one stretch of keys.</summary>
internal readonly unsafe struct AttentionPiece(AttentionTile rows, int stretch = -1, int stretches = 0, float* partials = null)
{
    /// <summary>The query rows.</summary>
    public readonly AttentionTile Rows = rows;

    /// <summary>Which of the segment's stretches, or −1 for all keys.</summary>
    public int Stretch => stretch;

    /// <summary>How many stretches the segment has.</summary>
    public int Stretches => stretches;

    /// <summary>Where the results of the segment's stretches wait to be merged: <see cref="FewQueries{V}.PartialSize"/> floats; null where there is only one.</summary>
    public float* Partials => partials;
}

/// <summary>The tensors of one attention.</summary>
internal readonly unsafe struct AttentionOperands(
    float* q, float* k, float* v, AttentionShape shape, AttentionSpec spec, float* y, float* logSumExp)
{
    public float* Q => q;

    public float* K => k;

    public float* V => v;

    public float* Y => y;

    public AttentionShape Shape => shape;

    public AttentionSpec Spec => spec;

    /// <summary>The place of a row's and head's logarithm of its sum.</summary>
    public ref float LogSumExp(int row, int head) => ref logSumExp[((nint)row * shape.Heads) + head];
}
