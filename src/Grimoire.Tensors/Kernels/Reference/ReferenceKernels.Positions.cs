namespace Grimoire.Tensors;

/// <summary>Rotary positions.</summary>
internal sealed partial class ReferenceKernels
{
    public override void RotaryTable(Tensor positions, ReadOnlySpan<double> frequencies, double magnitude, Tensor table)
    {
        Elements places = new(positions), tables = new(table);
        for (long token = 0, i = 0; token < places.Count; token++)
        {
            foreach (double frequency in frequencies)
            {
                (double sin, double cos) = Math.SinCos(places[token] * frequency);
                tables[i++] = magnitude * cos;
                tables[i++] = magnitude * sin;
            }
        }
    }

    public override void Rotary(Tensor x, Tensor table, bool interleaved, Tensor y) => Rotate(x, table, interleaved, back: false, y);

    public override void RotaryGrad(Tensor dy, Tensor table, bool interleaved, Tensor dx) => Rotate(dy, table, interleaved, back: true, dx);

    /// <summary>y = the rotation of x, or y += the rotation back.</summary>
    private static void Rotate(Tensor x, Tensor table, bool interleaved, bool back, Tensor y)
    {
        Elements xs = new(x), tables = new(table), ys = new(y);
        (int tokens, int heads, int channels, int pairs) = (x.Shape[0], x.Shape[1], x.Shape[2], table.Shape[1]);
        for (long token = 0; token < tokens; token++)
        {
            for (long head = 0; head < heads; head++)
            {
                long row = ((token * heads) + head) * channels;
                for (long pair = 0; pair < pairs; pair++)
                {
                    long angle = 2 * ((token * pairs) + pair);
                    double cos = tables[angle], sin = back ? -tables[angle + 1] : tables[angle + 1];
                    long first = row + (interleaved ? 2 * pair : pair), second = first + (interleaved ? 1 : pairs);
                    (double a, double b) = (xs[first], xs[second]);
                    ys[first] = (back ? ys[first] : 0) + (a * cos) - (b * sin);
                    ys[second] = (back ? ys[second] : 0) + (a * sin) + (b * cos);
                }

                for (long channel = 2L * pairs; channel < channels; channel++)
                    ys[row + channel] = (back ? ys[row + channel] : 0) + xs[row + channel];
            }
        }
    }
}
