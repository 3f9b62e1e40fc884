using Grimoire.Evaluation.Scaling;

namespace Grimoire.Evaluation.Tests.Scaling;

public sealed class LbfgsTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(50)]
    public void Finds_the_bottom_of_Rosenbrocks_valley(int dimensions)
    {
        double[] start = [.. Enumerable.Range(0, dimensions).Select(i => i % 2 == 0 ? -1.2 : 1.0)];
        Minimum found = Lbfgs.Minimize(Rosenbrock, start, iterations: 1000);
        Assert.True(found.Converged);
        Assert.True(found.Value < 1e-15, $"{found.Value} after {found.Iterations}");
        Assert.All(found.Point, x => Assert.Equal(1, x, 1e-6));
    }

    [Fact]
    public void A_long_narrow_bowl_is_no_harder()
    {
        double[] steep = [1, 10, 1e3, 1e4, 1e5];
        double[] bottom = [3, -2, 0.5, 7, -1];
        Minimum found = Lbfgs.Minimize(
            (x, gradient) =>
            {
                double value = 0;
                for (int i = 0; i < steep.Length; i++)
                {
                    value += 0.5 * steep[i] * (x[i] - bottom[i]) * (x[i] - bottom[i]);
                    gradient[i] = steep[i] * (x[i] - bottom[i]);
                }

                return value;
            },
            new double[5]);
        Assert.All(found.Point.Zip(bottom), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
    }

    [Fact]
    public void Beales_and_Himmelblaus_functions_end_in_a_known_minimum()
    {
        Minimum beale = Lbfgs.Minimize(Beale, [1, 1]);
        Assert.Equal(3, beale.Point[0], 1e-6);
        Assert.Equal(0.5, beale.Point[1], 1e-6);
        (double, double)[] minima = [(3, 2), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)];
        Minimum himmelblau = Lbfgs.Minimize(Himmelblau, [0, 0]);
        Assert.Contains(minima, m => Math.Abs(m.Item1 - himmelblau.Point[0]) < 1e-5 && Math.Abs(m.Item2 - himmelblau.Point[1]) < 1e-5);
    }

    [Fact]
    public void What_is_not_defined_beyond_a_border_is_not_stepped_into()
    {
        // x − ln x has its minimum at 1, and is no number below 0, where a first step of the gradient's length may lead.
        Minimum found = Lbfgs.Minimize(
            (x, gradient) =>
            {
                gradient[0] = 1 - (1 / x[0]);
                return x[0] - Math.Log(x[0]);
            },
            [1e-3]);
        Assert.Equal(1, found.Point[0], 1e-6);
    }

    [Fact]
    public void At_a_minimum_nothing_is_done()
    {
        Minimum found = Lbfgs.Minimize(Rosenbrock, [1.0, 1.0]);
        Assert.Equal((0, true), (found.Iterations, found.Converged));
    }

    [Fact]
    public void Too_few_steps_are_told()
    {
        Assert.False(Lbfgs.Minimize(Rosenbrock, [-1.2, 1.0], iterations: 3).Converged);
    }

    private static double Rosenbrock(ReadOnlySpan<double> x, Span<double> gradient)
    {
        gradient.Clear();
        double value = 0;
        for (int i = 0; i + 1 < x.Length; i++)
        {
            double bend = x[i + 1] - (x[i] * x[i]), along = 1 - x[i];
            value += (100 * bend * bend) + (along * along);
            gradient[i] += (-400 * bend * x[i]) - (2 * along);
            gradient[i + 1] += 200 * bend;
        }

        return value;
    }

    private static double Beale(ReadOnlySpan<double> p, Span<double> gradient)
    {
        (double x, double y, double value) = (p[0], p[1], 0);
        gradient.Clear();
        double[] constants = [1.5, 2.25, 2.625];
        for (int power = 1; power <= 3; power++)
        {
            double term = constants[power - 1] - x + (x * Math.Pow(y, power));
            value += term * term;
            gradient[0] += 2 * term * (Math.Pow(y, power) - 1);
            gradient[1] += 2 * term * x * power * Math.Pow(y, power - 1);
        }

        return value;
    }

    private static double Himmelblau(ReadOnlySpan<double> p, Span<double> gradient)
    {
        double first = (p[0] * p[0]) + p[1] - 11, second = p[0] + (p[1] * p[1]) - 7;
        gradient[0] = (4 * p[0] * first) + (2 * second);
        gradient[1] = (2 * first) + (4 * p[1] * second);
        return (first * first) + (second * second);
    }
}
