namespace Grimoire.Evaluation.Scaling;

/// <summary>
/// The models that none of as few operations beats, and how their size and tokens grow with operations: the envelope of Hoffmann et al. 2022 (approach 1), over
/// finished models instead of training curves.
/// </summary>
public sealed record Frontier
{
    /// <summary>The models, cheapest first.</summary>
    public required IReadOnlyList<ScalingPoint> Points { get; init; }

    /// <summary>N = c·C^a through them; null where there are not two.</summary>
    public PowerLaw? Size => PowerLaw.Through(Points.Select(point => (point.Operations, point.Parameters)));

    /// <summary>D = c·C^b through them.</summary>
    public PowerLaw? Tokens => PowerLaw.Through(Points.Select(point => (point.Operations, point.Tokens)));

    /// <summary>Finds it. Models of one budget count as equally dear, though whole steps make their operations differ a little.</summary>
    public static Frontier Of(IEnumerable<ScalingPoint> points)
    {
        var best = new List<ScalingPoint>();
        foreach (ScalingPoint point in points.OrderBy(point => point.Budget ?? point.Operations).ThenBy(point => point.Loss))
        {
            if (best.Count == 0 || point.Loss < best[^1].Loss)
                best.Add(point);
        }

        return new Frontier { Points = best };
    }
}
