namespace Grimoire.Evaluation.Scaling;

/// <summary>y = <paramref name="Lowest"/> + <paramref name="Curvature"/>·(x − <paramref name="Vertex"/>)².</summary>
/// <param name="Vertex">Where it turns.</param>
/// <param name="Lowest">y there.</param>
/// <param name="Curvature">Above 0 where that is its least value.</param>
public sealed record Parabola(double Vertex, double Lowest, double Curvature)
{
    /// <summary>y at a point.</summary>
    public double At(double x) => Lowest + (Curvature * (x - Vertex) * (x - Vertex));

    /// <summary>The parabola of least squares; null where there are not three different x, or where it is a line.</summary>
    public static Parabola? Through(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Select(p => p.X).Distinct().Count() < 3)
            return null;

        // Orthogonal polynomials, 1, u and u² − s·u − m, leave three fits of one number each.
        double meanX = points.Average(p => p.X), meanY = points.Average(p => p.Y);
        double[] u = [.. points.Select(p => p.X - meanX)];
        double square = u.Average(v => v * v), skew = u.Average(v => v * v * v) / square;
        double[] q = [.. u.Select(v => (v * v) - (skew * v) - square)];
        double linear = points.Zip(u, (p, v) => (p.Y - meanY) * v).Average() / square;
        double curvature = points.Zip(q, (p, v) => (p.Y - meanY) * v).Average() / q.Average(v => v * v), slope = linear - (curvature * skew);
        double at = -slope / (2 * curvature);
        return double.IsFinite(at) ? new Parabola(meanX + at, meanY - (curvature * square) - (curvature * at * at), curvature) : null;
    }
}
