using Grimoire.Evaluation.Scaling;
using Grimoire.Tests;

namespace Grimoire.Evaluation.Tests.Scaling;

/// <summary>
/// The 245 points that Besiroglu et al. 2024 (arXiv:2404.10102) read off a figure of Hoffmann et al. 2022, and what they published of them; the digits beyond
/// the paper's are those of their notebook (epoch-research/analyzing-chinchilla).
/// </summary>
public sealed class ChinchillaTests
{
    private static readonly FitRecipe Recipe = new()
    {
        Size = "Model Size",
        Operations = "Training FLOP",
        DropHighest = 5,
        Budgets = ["6e18", "1e19", "3e19", "6e19", "1e20", "3e20", "6e20", "1e21", "3e21"],
    };

    [Fact]
    public void The_Huber_fit_has_a_lower_minimum_at_the_same_place_and_their_standard_errors_and_intervals()
    {
        ScalingFit fit = ScalingFit.Of(Points(), new FitSettings { Resamples = 1000 });
        Assert.Equal(240, fit.Points.Count);
        Assert.InRange(fit.Objective, 0.00101827, 0.0010182740346154362);
        AssertLaw(1.817235504463726, 477.84171252965143, 2143.8637880335505, 0.34731265761033453, 0.3671826173946711, fit.Law, 3e-4);
        (Func<ScalingLaw, double> Number, double Error, double Lower, double Upper)[] published =
        [
            (law => law.E, 0.02566, 1.769, 1.871), (law => law.A, 124.52232, 285.214, 743.626), (law => law.B, 1293.28410, 1042.357, 5810.344),
            (law => law.Alpha, 0.01540, 0.317, 0.373), (law => law.Beta, 0.02060, 0.331, 0.415),
        ];
        foreach ((Func<ScalingLaw, double> number, double error, double lower, double upper) in published)
        {
            Assert.Equal(error, fit.StandardErrorOf(number), 0.1 * error);
            // Each end has an error of its own: that of a percentile of 4000 draws there and 1000 here.
            Interval interval = fit.IntervalOf(number);
            Assert.Equal(lower, interval.Lower, 0.1 * (upper - lower));
            Assert.Equal(upper, interval.Upper, 0.1 * (upper - lower));
        }

        Assert.Equal(0.020, fit.StandardErrorOf(law => law.SizeExponent), 0.002);
    }

    [Fact]
    public void Least_absolute_deviations_give_the_published_refit()
    {
        // Their likelihood scales the Huber loss by a fitted σ of 4.7e-6, so that nothing of its square remains.
        ScalingLaw law = new LawSearch(Points(), 1e-8) is var search ? search.Law(search.FromGrid(_ => { })[0]) : null!;
        AssertLaw(Math.Exp(0.5971119597824348), 482.00572, 2085.43420, 0.34781302903942635, 0.3658541172951044, law, 1e-5);
        ScalingLaw printed = PublishedLaws.Besiroglu;
        AssertLaw(printed.E, printed.A, printed.B, printed.Alpha, printed.Beta, law, 3e-4);
        Assert.Equal(0.513, law.SizeExponent, 5e-4);
    }

    [Fact]
    public void The_parabolas_agree_with_Hoffmann_and_others()
    {
        IsoFlops flops = IsoFlops.Of(Points(), new FitSettings { Resamples = 200 });
        Assert.Equal(9, flops.Curves.Count);
        Assert.All(flops.Curves, curve => Assert.True(curve.IsInside, $"{curve.Budget}"));
        // 0.49 (0.462 to 0.534) there, from points that the figure does not show.
        Assert.InRange(flops.Size!.Exponent, 0.462, 0.534);
        Assert.Equal(1, flops.Size.Exponent + flops.Tokens!.Exponent, 0.01);
        Assert.True(flops.SizeExponent!.Value.Contains(0.5), $"{flops.SizeExponent}");
        Assert.InRange(Frontier.Of(Points()).Size!.Exponent, 0.46, 0.55);
    }

    private static void AssertLaw(double e, double a, double b, double alpha, double beta, ScalingLaw law, double relative)
    {
        Assert.Equal(e, law.E, relative * e);
        Assert.Equal(a, law.A, relative * a);
        Assert.Equal(b, law.B, relative * b);
        Assert.Equal(alpha, law.Alpha, relative * alpha);
        Assert.Equal(beta, law.Beta, relative * beta);
    }

    private static IReadOnlyList<ScalingPoint> Points()
    {
        string? path = Shared.Path("data/scaling-chinchilla/svg_extracted_data.csv");
        Assert.SkipWhen(path is null, "the points read off the figure are not beside the repository");
        return Recipe.Choose(ScalingCsv.Read(path, Recipe));
    }
}
