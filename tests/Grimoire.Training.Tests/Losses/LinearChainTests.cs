using Grimoire.Tensors;

namespace Grimoire.Training.Tests.Losses;

public sealed class LinearChainTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    public void Sums_and_the_best_labelling_are_those_of_all_labellings(int words, int labels)
    {
        (float[] scores, float[] transitions, _) = Draw(words, labels, scale: 1.5);
        var chain = new LinearChain(labels, transitions);
        int[][] all = [.. All(words, labels)];
        Assert.Equal(Math.Log(all.Sum(labelling => Math.Exp(ByHand(scores, transitions, labelling, labels)))), chain.LogPartition(scores), 1e-9);
        Assert.Equal(all.MaxBy(labelling => ByHand(scores, transitions, labelling, labels)), chain.Best(scores));
        Assert.All(all, labelling => Assert.Equal(ByHand(scores, transitions, labelling, labels), chain.Score(scores, labelling), 1e-9));
    }

    [Fact]
    public void The_loss_is_minus_the_logarithm_of_a_probability_and_its_derivatives_are_differences()
    {
        const int Words = 4, Labels = 3;
        (float[] scores, float[] transitions, int[] gold) = Draw(Words, Labels, scale: 1);
        var dscores = new float[scores.Length];
        var dtransitions = new double[transitions.Length];
        double loss = new LinearChain(Labels, transitions).Loss(scores, gold, dscores, dtransitions);
        Assert.Equal(1, All(Words, Labels).Sum(labelling => Math.Exp(-Loss(scores, transitions, labelling))), 1e-9);
        Assert.Equal(loss, Loss(scores, transitions, gold), 1e-9);
        const float Step = 1 / 64f;
        for (int i = 0; i < scores.Length; i++)
            Assert.Equal(Difference(scores, i, () => Loss(scores, transitions, gold)), dscores[i], 1e-4);
        for (int i = 0; i < transitions.Length; i++)
            Assert.Equal(Difference(transitions, i, () => Loss(scores, transitions, gold)), dtransitions[i], 1e-4);

        double Difference(float[] values, int at, Func<double> loss)
        {
            float before = values[at];
            values[at] = before + Step;
            double up = loss();
            values[at] = before - Step;
            double down = loss();
            values[at] = before;
            return (up - down) / (2 * Step);
        }

        double Loss(float[] scores, float[] transitions, int[] labelling) =>
            new LinearChain(Labels, transitions).Loss(scores, labelling, new float[scores.Length], new double[transitions.Length]);
    }

    [Fact]
    public void Without_transitions_it_is_the_cross_entropy_of_each_word()
    {
        (float[] scores, _, int[] gold) = Draw(6, 4, scale: 2);
        double apart = Enumerable.Range(0, 6).Sum(word =>
            Math.Log(Enumerable.Range(0, 4).Sum(label => Math.Exp(scores[(word * 4) + label]))) - scores[(word * 4) + gold[word]]);
        Assert.Equal(apart, new LinearChain(4, new float[24]).Loss(scores, gold, new float[24], new double[24]), 1e-9);
    }

    [Fact]
    public void Large_scores_neither_overflow_nor_vanish_and_forbidden_transitions_are_kept_out()
    {
        (float[] scores, float[] transitions, int[] gold) = Draw(200, 3, scale: 300);
        var chain = new LinearChain(3, transitions);
        double loss = chain.Loss(scores, gold, new float[scores.Length], new double[transitions.Length]);
        Assert.True(double.IsFinite(loss) && loss >= 0, $"{loss}");
        for (int from = 0; from <= 3; from++)
            transitions[(from * 3) + 1] = float.NegativeInfinity;
        Assert.DoesNotContain(1, new LinearChain(3, transitions).Best(scores));
    }

    private static (float[] Scores, float[] Transitions, int[] Gold) Draw(int words, int labels, double scale)
    {
        float Number(ulong of, int i) => (float)(scale * CountedRandom.Normal(of, (ulong)i));
        return ([.. Enumerable.Range(0, words * labels).Select(i => Number(1, i))], [.. Enumerable.Range(0, (labels + 2) * labels).Select(i => Number(2, i))],
            [.. Enumerable.Range(0, words).Select(i => (int)CountedRandom.Below(labels, 3, (ulong)i))]);
    }

    private static IEnumerable<int[]> All(int words, int labels) => Enumerable.Range(0, (int)Math.Pow(labels, words))
        .Select(number => Enumerable.Range(0, words).Select(word => number / (int)Math.Pow(labels, word) % labels).ToArray());

    private static double ByHand(float[] scores, float[] transitions, int[] labelling, int labels)
    {
        double score = transitions[(labels * labels) + labelling[0]] + (double)transitions[((labels + 1) * labels) + labelling[^1]];
        for (int word = 0; word < labelling.Length; word++)
            score += scores[(word * labels) + labelling[word]] + (word == 0 ? 0 : (double)transitions[(labelling[word - 1] * labels) + labelling[word]]);
        return score;
    }
}
