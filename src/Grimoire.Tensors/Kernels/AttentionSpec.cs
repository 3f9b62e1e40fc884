namespace Grimoire.Tensors;

/// <summary>What distinguishes one attention from another.</summary>
/// <param name="Scale">Multiplies q·k, usually 1/√(head_dim).</param>
/// <param name="Causal">Whether a token sees only itself and earlier ones.</param>
/// <param name="Window">A token at position i sees j with 0 ≤ i − j &lt; window; 0 for no limit.</param>
/// <param name="SoftCap">Scores become cap · tanh(score / cap); 0 for none.</param>
public readonly record struct AttentionSpec(float Scale, bool Causal = true, int Window = 0, float SoftCap = 0);

/// <summary>
/// One sequence of the flat token axis: rows <c>Start … Start + Length − 1</c> hold its positions <c>Past … Past + Length − 1</c>.
/// Keys and values of earlier positions, if any, lie in a cache: of the activations' type, or, where nothing is to be differentiated, of F16 or Q8_0.
/// </summary>
/// <param name="Start">First row.</param>
/// <param name="Length">Number of rows, at least 1.</param>
/// <param name="Past">Number of earlier positions in the cache.</param>
/// <param name="PastKeys"><c>[capacity, kv_head, head_dim]</c>, the first <paramref name="Past"/> rows valid; null without a cache.</param>
/// <param name="PastValues">Likewise for values.</param>
/// <param name="Written">
/// Whether the segment's own keys and values stand in the cache already, behind the past's. Then all are read there, as a later pass will read them: what is
/// computed does not depend on how a sequence is cut into passes, whatever the cache rounds.
/// </param>
public readonly record struct Segment(int Start, int Length, int Past = 0, Tensor? PastKeys = null, Tensor? PastValues = null, bool Written = false)
{
    /// <summary>Number of positions whose keys and values are read from the cache.</summary>
    internal int Cached => Written ? Past + Length : Past;
}
