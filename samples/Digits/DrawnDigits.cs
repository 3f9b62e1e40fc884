using Grimoire.Tensors;

namespace Digits;

/// <summary>
/// Digits drawn by a careless hand, for when MNIST is not at hand: each is a stroke through a few points, and each time it is drawn the
/// points tremble and the whole is turned, leaned, stretched and moved, with a pen of another width on a dirty sheet.
/// </summary>
internal static class DrawnDigits
{
    private const int Side = 28;

    // The points of each stroke, in tenths of the sheet: column, then row.
    private static readonly string[] Strokes =
    [
        "51 23 27 59 77 73 51", "33 51 59", "23 41 61 73 29 79", "22 51 73 45 77 59 28", "69 61 26 86",
        "71 31 34 54 77 59 28", "61 34 27 59 77 54 26", "21 71 49", "55 33 51 73 55 27 59 77 55", "74 45 33 51 73 76 59",
    ];

    /// <summary>Draws training and test files into a folder under MNIST's names; returns the folder.</summary>
    public static string WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        Write(folder, "train", count: 10_000, seed: 1);
        Write(folder, "t10k", count: 2_000, seed: 2);
        return folder;
    }

    private static void Write(string folder, string name, int count, ulong seed)
    {
        byte[] pixels = new byte[count * Side * Side], labels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = (byte)(i % 10);
            Draw(labels[i], CountedRandom.Bits(seed, (ulong)i), pixels.AsSpan(i * Side * Side, Side * Side));
        }

        Idx.Write(Path.Combine(folder, $"{name}-images-idx3-ubyte"), [count, Side, Side], pixels);
        Idx.Write(Path.Combine(folder, $"{name}-labels-idx1-ubyte"), [count], labels);
    }

    private static void Draw(int digit, ulong seed, Span<byte> sheet)
    {
        ulong drawn = 0;
        double Random() => CountedRandom.Normal(seed, drawn++);

        double turn = 0.15 * Random(), lean = 0.2 * Random(), width = 1 + (0.12 * Random()), height = 1 + (0.12 * Random());
        double right = 1.5 * Random(), down = 1.5 * Random(), pen = 0.5 + (0.4 * Math.Abs(Random()));
        (double X, double Y)[] points =
        [
            .. Strokes[digit].Split(' ').Select(point =>
            {
                double x = ((point[0] - '5') * 2.3 * width) + (0.6 * Random()), y = ((point[1] - '5') * 2.3 * height) + (0.6 * Random());
                x -= lean * y;
                double middle = (Side - 1) / 2.0;
                return (middle + right + (x * Math.Cos(turn)) - (y * Math.Sin(turn)), middle + down + (x * Math.Sin(turn)) + (y * Math.Cos(turn)));
            }),
        ];
        for (int i = 0; i < sheet.Length; i++)
        {
            double away = points.Zip(points.Skip(1)).Min(line => Distance(i % Side, i / Side, line.First, line.Second));
            double ink = Math.Clamp(1 + pen - away, 0, 1) + (0.08 * Random());
            sheet[i] = (byte)(255 * Math.Clamp(ink, 0, 1));
        }
    }

    /// <summary>From a pixel to the nearest point of a straight line from a to b.</summary>
    private static double Distance(double x, double y, (double X, double Y) a, (double X, double Y) b)
    {
        (double dx, double dy) = (b.X - a.X, b.Y - a.Y);
        double along = Math.Clamp((((x - a.X) * dx) + ((y - a.Y) * dy)) / Math.Max((dx * dx) + (dy * dy), 1e-9), 0, 1);
        return Math.Sqrt(Math.Pow(x - a.X - (along * dx), 2) + Math.Pow(y - a.Y - (along * dy), 2));
    }
}
