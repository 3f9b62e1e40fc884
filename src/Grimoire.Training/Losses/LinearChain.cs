namespace Grimoire.Training;

/// <summary>
/// A conditional random field along a line (Lafferty et al. 2001): the score of a labelling is that of its labels, each at its word, and of its transitions;
/// its probability is e to the score over the sum of that for all labellings. Forward and backward sums run in float64 and are scaled at each word.
/// </summary>
public sealed class LinearChain
{
    private readonly int labels;
    private readonly double shift;
    private readonly float[] transitions;
    private readonly double[] factors;

    /// <summary>A chain of given transitions.</summary>
    /// <param name="labels">How many labels there are.</param>
    /// <param name="transitions">
    /// <c>[labels + 2, labels]</c>: row i holds the scores of what follows label i, the last but one those of what begins, the last those of what ends a line.
    /// </param>
    public LinearChain(int labels, ReadOnlySpan<float> transitions)
    {
        if (transitions.Length != (labels + 2) * labels)
            throw new ArgumentException($"{transitions.Length} transitions are not those of {labels} labels", nameof(transitions));
        (this.labels, this.transitions) = (labels, transitions.ToArray());
        // Whatever the scores, the largest factor is 1.
        foreach (float transition in this.transitions)
            shift = Math.Max(shift, transition);
        factors = [.. this.transitions.Select(transition => Math.Exp(transition - shift))];
    }

    private ReadOnlySpan<double> Begins => factors.AsSpan(labels * labels, labels);

    private ReadOnlySpan<double> Ends => factors.AsSpan((labels + 1) * labels, labels);

    /// <summary>ln of the sum over all labellings of e to their score.</summary>
    /// <param name="scores">The scores of labels at words, <c>[word, label]</c>, at least one word.</param>
    public double LogPartition(ReadOnlySpan<float> scores)
    {
        Forward(scores, out _, out _, out _, out double log);
        return log;
    }

    /// <summary>−ln p of a labelling, and its derivatives: −1 where the labelling has a label or transition, plus its probability.</summary>
    /// <param name="scores">The scores of labels at words, <c>[word, label]</c>, at least one word.</param>
    /// <param name="gold">The labelling.</param>
    /// <param name="dscores">Receives the derivatives by the scores.</param>
    /// <param name="dtransitions">To these the derivatives by the transitions are added.</param>
    public double Loss(ReadOnlySpan<float> scores, ReadOnlySpan<int> gold, Span<float> dscores, Span<double> dtransitions)
    {
        double[] alphas = Forward(scores, out double[] emissions, out double[] sums, out double total, out double log);
        double[] beta = [.. Ends], next = new double[labels];
        for (int word = gold.Length - 1; word >= 0; word--)
        {
            for (int j = 0; j < labels; j++)
            {
                double marginal = alphas[(word * labels) + j] * beta[j] / total;
                dscores[(word * labels) + j] = (float)(marginal - (gold[word] == j ? 1 : 0));
                if (word == gold.Length - 1)
                    dtransitions[((labels + 1) * labels) + j] += marginal;
                if (word == 0)
                    dtransitions[(labels * labels) + j] += marginal;
                beta[j] *= emissions[(word * labels) + j] / sums[word];
            }

            for (int i = 0; word > 0 && i < labels; i++)
            {
                double before = alphas[((word - 1) * labels) + i] / total, sum = 0;
                for (int j = 0; j < labels; j++)
                {
                    double way = factors[(i * labels) + j] * beta[j];
                    dtransitions[(i * labels) + j] += before * way;
                    sum += way;
                }

                next[i] = sum;
            }

            (beta, next) = (next, beta);
        }

        foreach (int place in Places(gold))
            dtransitions[place]--;
        return log - Score(scores, gold);
    }

    /// <summary>The score of a labelling.</summary>
    public double Score(ReadOnlySpan<float> scores, ReadOnlySpan<int> labelling)
    {
        double score = 0;
        for (int word = 0; word < labelling.Length; word++)
            score += scores[(word * labels) + labelling[word]];
        foreach (int place in Places(labelling))
            score += transitions[place];
        return score;
    }

    /// <summary>The labelling of the highest score (Viterbi 1967), of equals the one of the lowest labels from the end. Transitions may be −∞.</summary>
    /// <param name="scores">The scores of labels at words, <c>[word, label]</c>, at least one word.</param>
    public int[] Best(ReadOnlySpan<float> scores)
    {
        int words = scores.Length / labels;
        var from = new int[words, labels];
        double[] best = new double[labels], next = new double[labels];
        for (int j = 0; j < labels; j++)
            best[j] = transitions[(labels * labels) + j] + (double)scores[j];
        for (int word = 1; word < words; word++)
        {
            for (int j = 0; j < labels; j++)
            {
                int argument = 0;
                for (int i = 1; i < labels; i++)
                {
                    if (best[i] + transitions[(i * labels) + j] > best[argument] + transitions[(argument * labels) + j])
                        argument = i;
                }

                from[word, j] = argument;
                next[j] = best[argument] + transitions[(argument * labels) + j] + scores[(word * labels) + j];
            }

            (best, next) = (next, best);
        }

        for (int j = 0; j < labels; j++)
            best[j] += transitions[((labels + 1) * labels) + j];
        var path = new int[words];
        path[^1] = Array.IndexOf(best, best.Max());
        for (int word = words - 1; word > 0; word--)
            path[word - 1] = from[word, path[word]];
        return path;
    }

    /// <summary>Where a labelling's transitions stand, its begin and end among them.</summary>
    private int[] Places(ReadOnlySpan<int> labelling)
    {
        var places = new int[labelling.Length + 1];
        for (int word = 0; word <= labelling.Length; word++)
        {
            places[word] = word == labelling.Length ? ((labels + 1) * labels) + labelling[word - 1]
                : ((word == 0 ? labels : labelling[word - 1]) * labels) + labelling[word];
        }

        return places;
    }

    /// <summary>
    /// Forward sums, each word's scaled to 1; e to the scores less their largest; the scales; what is left at the end; and the whole as a logarithm.
    /// </summary>
    private double[] Forward(ReadOnlySpan<float> scores, out double[] emissions, out double[] sums, out double total, out double log)
    {
        int words = scores.Length / labels;
        double[] alphas = new double[scores.Length];
        (emissions, sums, total, log) = (new double[scores.Length], new double[words], 0, shift * (words + 1));
        for (int word = 0; word < words; word++)
        {
            ReadOnlySpan<float> here = scores.Slice(word * labels, labels);
            double largest = here[0];
            foreach (float score in here)
                largest = Math.Max(largest, score);
            for (int j = 0; j < labels; j++)
            {
                int at = (word * labels) + j;
                emissions[at] = Math.Exp(here[j] - largest);
                double sum = word == 0 ? Begins[j] : 0;
                for (int i = 0; word > 0 && i < labels; i++)
                    sum += alphas[((word - 1) * labels) + i] * factors[(i * labels) + j];
                alphas[at] = sum * emissions[at];
                sums[word] += alphas[at];
            }

            for (int j = 0; j < labels; j++)
                alphas[(word * labels) + j] /= sums[word];
            log += largest + Math.Log(sums[word]);
        }

        for (int j = 0; j < labels; j++)
            total += alphas[((words - 1) * labels) + j] * Ends[j];
        log += Math.Log(total);
        return alphas;
    }
}
