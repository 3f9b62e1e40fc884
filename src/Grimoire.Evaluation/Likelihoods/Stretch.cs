using Grimoire.Models;

namespace Grimoire.Evaluation.Likelihoods;

/// <summary>
/// A token whose score is wanted: that of <paramref name="Target"/> behind row <paramref name="Row"/>, as number <paramref name="Slot"/> of an answer.
/// </summary>
internal readonly record struct WantedScore(int Row, int Target, int Answer, int Slot);

/// <summary>
/// Rows that several sequences begin with alike, behind those of <paramref name="parent"/>, or that one sequence has for itself: a node of a tree in which
/// every row is computed once.
/// </summary>
/// <param name="parent">What comes before; null at the begin.</param>
/// <param name="tokens">A sequence that goes this way.</param>
/// <param name="start">The first row of the stretch.</param>
/// <param name="end">The row behind the last.</param>
internal sealed class Stretch(Stretch? parent, int[] tokens, int start, int end)
{
    public Stretch? Parent => parent;

    public int Start => start;

    public int Length => end - start;

    public int End => end;

    public ReadOnlySpan<int> Rows => tokens.AsSpan(start, end - start);

    /// <summary>What goes on from here.</summary>
    public List<Stretch> Children { get; } = [];

    /// <summary>How many of them have not begun; the last takes this stretch's cache over.</summary>
    public int Waiting { get; set; }

    /// <summary>Keys and values up to <see cref="End"/>, while something still goes on from here.</summary>
    public KeyValueCache? Cache { get; set; }

    /// <summary>Scores that are wanted of these rows.</summary>
    public List<WantedScore> Wanted { get; } = [];
}
