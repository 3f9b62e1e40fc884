using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Grimoire.Evaluation.Scaling;

/// <summary>
/// A walk over a function's points whose every step satisfies the strong Wolfe conditions, f(x + t·d) ≤ f(x) + c₁·t·f′ and |f′(x + t·d)| ≤ c₂·|f′|, with f′ the
/// slope along d: bracketed first, then narrowed down by cubic interpolation (Nocedal and Wright 2006, algorithms 3.5 and 3.6).
/// </summary>
internal sealed class WolfeSearch
{
    private const double Fall = 1e-4, Flatness = 0.9;
    private const int Brackets = 40, Narrowings = 40;

    private readonly DifferentiableFunction function;
    private readonly double[] probed, probedGradient;
    private double[] direction = [];
    private double probedStep;

    public WolfeSearch(DifferentiableFunction function, ReadOnlySpan<double> start)
    {
        this.function = function;
        Point = start.ToArray();
        (Gradient, Moved, Turned) = (new double[start.Length], new double[start.Length], new double[start.Length]);
        (probed, probedGradient) = (new double[start.Length], new double[start.Length]);
        Value = function(Point, Gradient);
    }

    /// <summary>Where the walk stands.</summary>
    public double[] Point { get; }

    /// <summary>The function there.</summary>
    public double Value { get; private set; }

    /// <summary>Its gradient there.</summary>
    public double[] Gradient { get; }

    /// <summary>The last step.</summary>
    public double[] Moved { get; }

    /// <summary>The change of the gradient over the last step.</summary>
    public double[] Turned { get; }

    /// <summary>Steps along a direction that leads downwards, first trying it <paramref name="first"/> times; false where no lower point is found.</summary>
    public bool TryStep(double[] direction, double first)
    {
        this.direction = direction;
        var start = new Probe(0, Value, TensorPrimitives.Dot<double>(Gradient, direction));
        Probe found = Bracket(start, first);
        if (!(found.Value < start.Value))
            return false;
        if (found.Step != probedStep)
            At(found.Step);
        TensorPrimitives.Subtract<double>(probed, Point, Moved);
        TensorPrimitives.Subtract<double>(probedGradient, Gradient, Turned);
        probed.CopyTo(Point, 0);
        probedGradient.CopyTo(Gradient, 0);
        Value = found.Value;
        return true;
    }

    private Probe Bracket(Probe start, double first)
    {
        Probe before = start;
        double step = first;
        for (int i = 0; i < Brackets; i++, step *= 2)
        {
            Probe now = At(step);
            if (!IsLower(now, start) || (i > 0 && now.Value >= before.Value))
                return Narrow(start, before, now);
            if (Math.Abs(now.Slope) <= -Flatness * start.Slope)
                return now;
            if (now.Slope >= 0)
                return Narrow(start, now, before);
            before = now;
        }

        return before;
    }

    /// <summary>Narrows down an interval whose end <paramref name="low"/> is the lowest point known and leads into it.</summary>
    private Probe Narrow(Probe start, Probe low, Probe high)
    {
        for (int i = 0; i < Narrowings; i++)
        {
            Probe now = At(Between(low, high));
            if (!IsLower(now, start) || now.Value >= low.Value)
            {
                high = now;
                continue;
            }

            if (Math.Abs(now.Slope) <= -Flatness * start.Slope)
                return now;
            if (now.Slope * (high.Step - low.Step) >= 0)
                high = low;
            low = now;
        }

        return low;
    }

    /// <summary>Where the cubic through both ends has its minimum; the middle where that is too near an end, or where there is none.</summary>
    private static double Between(Probe low, Probe high)
    {
        double width = high.Step - low.Step;
        double d1 = low.Slope + high.Slope - (3 * (high.Value - low.Value) / width);
        double d2 = Math.CopySign(Math.Sqrt((d1 * d1) - (low.Slope * high.Slope)), width);
        double share = (high.Slope + d2 - d1) / (high.Slope - low.Slope + (2 * d2));
        return share is > 0.1 and < 0.9 ? high.Step - (share * width) : low.Step + (width / 2);
    }

    private static bool IsLower(Probe now, Probe start) => now.Value <= start.Value + (Fall * now.Step * start.Slope);

    private Probe At(double step)
    {
        probedStep = step;
        TensorPrimitives.MultiplyAdd<double>(direction, step, Point, probed);
        return new Probe(step, function(probed, probedGradient), TensorPrimitives.Dot<double>(probedGradient, direction));
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Probe(double Step, double Value, double Slope);
}
