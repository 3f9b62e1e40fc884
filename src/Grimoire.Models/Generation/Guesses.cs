namespace Grimoire.Models;

/// <summary>
/// Tokens guessed to follow a sequence, with the odds they were drawn with where they were drawn; and, once the model has read them, its logits at each place,
/// which judge the guesses one after the other.
/// </summary>
/// <param name="vocabulary">Logits of a place.</param>
/// <param name="most">The most guesses at once.</param>
internal sealed class Guesses(int vocabulary, int most)
{
    private float[] odds = [], logits = [];
    private int drawn, rows, taken;

    /// <summary>Whether logits wait to be used.</summary>
    public bool IsWaiting => taken < rows;

    /// <summary>How many guesses the model has read at once.</summary>
    public int Read => Math.Max(rows - 1, 0);

    /// <summary>Whether the next row is the first of those read at once.</summary>
    public bool IsFirst => taken == 0;

    /// <summary>The logits at the next place.</summary>
    public Span<float> Logits => logits.AsSpan(taken * vocabulary, vocabulary);

    /// <summary>The odds that the guess for the next place was drawn with; none where it was not drawn, or where there is no guess.</summary>
    public ReadOnlySpan<float> Odds => taken < drawn ? odds.AsSpan(taken * vocabulary, vocabulary) : [];

    /// <summary>Room for the odds of one more guess.</summary>
    public Span<float> Draw()
    {
        if (odds.Length == 0)
            odds = new float[most * vocabulary];
        return odds.AsSpan(drawn++ * vocabulary, vocabulary);
    }

    /// <summary>Keeps the logits <c>[row, vocabulary]</c> of the sequence's last token and of each guess.</summary>
    public void Keep(ReadOnlySpan<float> read)
    {
        if (logits.Length == 0)
            logits = new float[(most + 1) * vocabulary];
        (rows, taken) = (read.Length / vocabulary, 0);
        read.CopyTo(logits);
    }

    /// <summary>Goes on to the next place.</summary>
    public void Next() => taken++;

    /// <summary>Forgets all.</summary>
    public void Clear() => (drawn, rows, taken) = (0, 0, 0);
}
