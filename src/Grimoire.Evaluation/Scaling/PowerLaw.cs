namespace Grimoire.Evaluation.Scaling;

/// <summary>y = c·x^e.</summary>
/// <param name="Coefficient">c.</param>
/// <param name="Exponent">e.</param>
public sealed record PowerLaw(double Coefficient, double Exponent)
{
    /// <summary>y at a point.</summary>
    public double At(double x) => Coefficient * Math.Pow(x, Exponent);

    /// <summary>The line of least squares through (ln x, ln y); null where there are not two different x.</summary>
    public static PowerLaw? Through(IEnumerable<(double X, double Y)> points)
    {
        (double X, double Y)[] logs = [.. points.Select(point => (Math.Log(point.X), Math.Log(point.Y)))];
        if (logs.Length < 2)
            return null;
        double meanX = logs.Average(p => p.X), meanY = logs.Average(p => p.Y), spread = logs.Sum(p => (p.X - meanX) * (p.X - meanX));
        if (!(spread > 0))
            return null;
        double slope = logs.Sum(p => (p.X - meanX) * (p.Y - meanY)) / spread;
        return new PowerLaw(Math.Exp(meanY - (slope * meanX)), slope);
    }
}
