using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tests;

public sealed class AurocTests
{
    [Fact]
    public void It_is_the_share_of_pairs_in_order_with_ties_for_half()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            double[] scores = [.. Enumerable.Range(0, 40).Select(i => (double)CountedRandom.Below(12, seed, (ulong)i))];
            bool[] positive = [.. Enumerable.Range(0, 40).Select(i => CountedRandom.Below(3, seed + 100, (ulong)i) == 0)];
            double won = 0, pairs = 0;
            for (int i = 0; i < 40; i++)
            {
                for (int j = 0; j < 40; j++)
                {
                    if (!positive[i] || positive[j])
                        continue;
                    pairs++;
                    won += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }

            Assert.Equal(won / pairs, Auroc.Of(scores, positive), 14);
        }
    }

    [Fact]
    public void Known_ends_and_middle()
    {
        Assert.Equal(1, Auroc.Of([1, 2, 3, 4], [false, false, true, true]));
        Assert.Equal(0, Auroc.Of([4, 3, 2, 1], [false, false, true, true]));
        Assert.Equal(0.5, Auroc.Of([7, 7, 7], [false, true, true]));
        Assert.Equal(0.75, Auroc.Of([0.1, 0.4, 0.35, 0.8], [false, false, true, true]));
    }

    [Fact]
    public void What_has_no_area_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Auroc.Of([1, 2], [true, true]));
        Assert.Throws<ArgumentException>(() => Auroc.Of([1], [true, false]));
        Assert.Throws<ArgumentException>(() => Auroc.Of([double.NaN, 1], [true, false]));
    }
}
