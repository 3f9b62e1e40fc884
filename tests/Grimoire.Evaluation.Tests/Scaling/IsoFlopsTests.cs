using Grimoire.Evaluation.Scaling;

namespace Grimoire.Evaluation.Tests.Scaling;

public sealed class IsoFlopsTests
{
    [Fact]
    public void A_parabola_through_points_of_one_is_that_one()
    {
        (double, double)[] points = [.. new[] { -1.0, 0.5, 2, 7, 7.5 }.Select(x => (x, 3 + (0.25 * (x - 1.5) * (x - 1.5))))];
        Parabola found = Parabola.Through(points)!;
        Assert.Equal(1.5, found.Vertex, 1e-12);
        Assert.Equal(3, found.Lowest, 1e-12);
        Assert.Equal(0.25, found.Curvature, 1e-12);
        Assert.Equal(points[3].Item2, found.At(7), 1e-12);
    }

    [Fact]
    public void A_parabola_leaves_the_least_squares()
    {
        (double X, double Y)[] points = [(0, 1), (1, 0.2), (2, 0.3), (3, 1.7), (4, 3.9)];
        Parabola found = Parabola.Through(points)!;
        double Squares(Parabola p) => points.Sum(point => (point.Y - p.At(point.X)) * (point.Y - p.At(point.X)));
        foreach (double step in new[] { -1e-3, 1e-3 })
        {
            Assert.True(Squares(found with { Vertex = found.Vertex + step }) > Squares(found));
            Assert.True(Squares(found with { Lowest = found.Lowest + step }) > Squares(found));
            Assert.True(Squares(found with { Curvature = found.Curvature + step }) > Squares(found));
        }
    }

    [Fact]
    public void Two_places_make_no_parabola() => Assert.Null(Parabola.Through([(1, 2), (1, 3), (2, 5)]));

    [Fact]
    public void Best_sizes_and_their_power_laws_are_found()
    {
        // N* = 0.3·C^0.45 in each budget, with losses on a parabola of ln N around it.
        ScalingPoint[] points =
        [
            .. from budget in new[] { 1e18, 1e19, 1e20 }
               from factor in new[] { 0.3, 0.7, 1.5, 3 }
               let best = 0.3 * Math.Pow(budget, 0.45)
               select new ScalingPoint(factor * best, budget / (6 * factor * best), budget, 2.5 + (0.05 * Math.Pow(Math.Log(factor), 2))) { Budget = budget },
        ];
        IsoFlops found = IsoFlops.Of([.. points, new ScalingPoint(1, 1, 6, 9)], new FitSettings { Resamples = 50 });
        Assert.Equal(3, found.Curves.Count);
        Assert.All(found.Curves, curve => Assert.Equal(0.3 * Math.Pow(curve.Budget, 0.45), curve.BestSize, 1e-6 * curve.BestSize));
        Assert.All(found.Curves, curve => Assert.Equal(curve.Budget, 6 * curve.BestSize * curve.BestTokens, 1e-6 * curve.Budget));
        Assert.Equal((0.45, 0.55), (Math.Round(found.Size!.Exponent, 9), Math.Round(found.Tokens!.Exponent, 9)));
        Assert.Equal(0.3, found.Size.Coefficient, 1e-6);
        Assert.True(found.SizeExponent!.Value.Contains(0.45));
    }

    [Fact]
    public void A_budget_whose_best_size_was_not_reached_says_nothing_of_the_power_law()
    {
        ScalingPoint[] rising = [.. new[] { 1e6, 2e6, 4e6 }.Select(size => new ScalingPoint(size, 1e12 / size, 6e12, 3 + (size / 1e7)) { Budget = 6e12 })];
        IsoFlops found = IsoFlops.Of(rising, new FitSettings());
        Assert.False(found.Curves[0].IsInside);
        Assert.Null(found.Size);
    }

    [Fact]
    public void The_frontier_holds_what_nothing_cheaper_beats()
    {
        ScalingPoint[] points = [new(10, 10, 600, 3), new(20, 5, 600, 4), new(20, 20, 2400, 2.5), new(30, 30, 5400, 2.6), new(40, 40, 9600, 2)];
        Frontier found = Frontier.Of(points);
        Assert.Equal([3, 2.5, 2], found.Points.Select(point => point.Loss));
        Assert.Equal(0.5, found.Size!.Exponent, 1e-9);
        ScalingPoint[] rounded = [new ScalingPoint(20, 5, 599, 4) { Budget = 600 }, new ScalingPoint(10, 10, 601, 3) { Budget = 600 }];
        Assert.Equal([3], Frontier.Of(rounded).Points.Select(point => point.Loss));
    }
}
