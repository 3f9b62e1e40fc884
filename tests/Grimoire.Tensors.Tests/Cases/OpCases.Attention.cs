namespace Grimoire.Tensors.Tests;

/// <content>Attention, fused and composed.</content>
public static partial class OpCases
{
    /// <summary>The sizes of an attention.</summary>
    /// <param name="Heads">Query heads.</param>
    /// <param name="KeyHeads">Key and value heads.</param>
    /// <param name="Channels">Channels of a head.</param>
    /// <param name="Lengths">Rows of each segment.</param>
    public sealed record AttentionSize(int Heads, int KeyHeads, int Channels, int[] Lengths)
    {
        /// <summary>Cached positions of each segment.</summary>
        public int[] Pasts { get; init; } = new int[Lengths.Length];

        /// <summary>Mask and soft-cap; the scale is 1/√channels.</summary>
        public AttentionSpec Spec { get; init; } = new(1 / MathF.Sqrt(Channels));

        /// <summary>How the caches store numbers, if not as the activations.</summary>
        public DType? Stored { get; init; }

        /// <summary>Whether the caches hold the segments' own keys and values too.</summary>
        public bool Written { get; init; }

        /// <summary>Whether there are gradients.</summary>
        public bool Grad => Stored is null && !Written;

        /// <summary>Rows of all segments.</summary>
        public int Tokens => Lengths.Sum();

        /// <summary>The longest past and present of a segment.</summary>
        public int Longest => Lengths.Zip(Pasts, (length, past) => length + past).Max();

        /// <summary>q, k, v and, for each segment with a past, its cached keys and values (with room to spare).</summary>
        public Input[] Inputs()
        {
            List<Input> inputs = [new((Tokens, Heads, Channels), Grad), new((Tokens, KeyHeads, Channels), Grad), new((Tokens, KeyHeads, Channels), Grad)];
            for (int i = 0; i < Lengths.Length; i++)
            {
                if (Cached(i) == 0)
                    continue;
                Input cache = Constant((Cached(i) + 3, KeyHeads, Channels)) with { Parameter = true, Stored = Stored };
                inputs.AddRange([cache, cache]);
            }

            return [.. inputs];
        }

        /// <summary>The segments over tensors made from <see cref="Inputs"/>.</summary>
        public Segment[] Segments(Tensor[] inputs)
        {
            var segments = new Segment[Lengths.Length];
            for (int i = 0, start = 0, cache = 3; i < segments.Length; start += Lengths[i++])
                segments[i] = Cached(i) == 0 ? new(start, Lengths[i]) : new(start, Lengths[i], Pasts[i], inputs[cache++], inputs[cache++], Written);
            return segments;
        }

        private int Cached(int segment) => Pasts[segment] + (Written ? Lengths[segment] : 0);
    }

    /// <summary>Every option of attention, by name.</summary>
    public static IReadOnlyList<(string Name, AttentionSize Size)> AttentionSizes { get; } =
    [
        ("one token", new(1, 1, 1, [1])),
        ("one sequence", new(2, 2, 8, [17])),
        ("odd channels", new(3, 3, 17, [9])),
        ("longer than a tile", new(1, 1, 16, [130])),
        ("grouped heads", new(6, 2, 8, [13])),
        ("one key head", new(4, 1, 24, [33])),
        ("packed", new(2, 1, 8, [5, 1, 17, 3])),
        ("packed long", new(2, 2, 32, [63, 65])),
        ("wide heads", new(1, 1, 130, [7, 6])),
        ("window", new(2, 2, 8, [33]) { Spec = new(0.3f, Window: 5) }),
        ("window of one", new(2, 1, 8, [9]) { Spec = new(0.3f, Window: 1) }),
        ("window over packed", new(4, 2, 16, [70, 20]) { Spec = new(0.25f, Window: 33) }),
        ("soft-cap", new(2, 2, 8, [17]) { Spec = new(0.7f, SoftCap: 2) }),
        ("soft-cap, window, groups", new(4, 2, 8, [21, 11]) { Spec = new(0.5f, Window: 7, SoftCap: 3) }),
        ("both directions", new(2, 1, 8, [17, 5]) { Spec = new(0.35f, Causal: false) }),
        ("both directions, soft-cap", new(2, 2, 16, [66]) { Spec = new(0.25f, Causal: false, SoftCap: 4) }),
        ("one token after a past", new(4, 2, 16, [1]) { Pasts = [70] }),
        ("decoding a batch", new(4, 2, 16, [1, 1, 1, 1]) { Pasts = [3, 0, 65, 17] }),
        ("chunk after a past", new(2, 1, 8, [19, 5]) { Pasts = [33, 0] }),
        ("window after a past", new(2, 2, 8, [9, 4]) { Pasts = [20, 3], Spec = new(0.3f, Window: 6) }),
        ("soft-cap after a past", new(2, 1, 8, [6]) { Pasts = [11], Spec = new(0.4f, SoftCap: 1.5f) }),
        ("both directions after a past", new(2, 1, 8, [6]) { Pasts = [11], Spec = new(0.4f, Causal: false) }),
        ("large scores", new(2, 2, 8, [17]) { Spec = new(12) }),
        ("three heads a key head, long enough for tiles of several", new(6, 2, 16, [37, 70])),
        ("window over grouped heads", new(6, 2, 8, [70]) { Spec = new(0.3f, Window: 19) }),
        ("longer than a stretch", new(3, 1, 12, [1, 8]) { Pasts = [700, 1100] }),
        ("window longer than a stretch", new(2, 1, 24, [3]) { Pasts = [1200], Spec = new(0.2f, Window: 530) }),
        ("odd channels after a past", new(4, 2, 17, [1, 5, 11]) { Pasts = [45, 33, 9] }),
        ("both directions, few rows, longer than a stretch", new(4, 2, 8, [4]) { Pasts = [600], Spec = new(0.3f, Causal: false) }),
        ("written", new(4, 2, 16, [1, 4, 19]) { Pasts = [31, 0, 40], Written = true }),
        ("written as F16", new(6, 2, 16, [1, 5, 30]) { Pasts = [600, 33, 100], Written = true, Stored = DType.F16 }),
        ("written as F16, odd channels", new(3, 3, 7, [1, 12]) { Pasts = [40, 20], Written = true, Stored = DType.F16, Spec = new(0.3f, Window: 11) }),
        ("written as Q8_0", new(8, 2, 32, [1, 2, 25]) { Pasts = [530, 0, 90], Written = true, Stored = DType.Q8_0, Spec = new(0.2f, SoftCap: 4) }),
        ("F16 past", new(4, 2, 8, [3, 14]) { Pasts = [21, 50], Stored = DType.F16 }),
        ("Q8_0 past", new(2, 1, 64, [1, 20]) { Pasts = [40, 70], Stored = DType.Q8_0 }),
    ];

    /// <summary>Longer than a tile of keys.</summary>
    private static IEnumerable<OpCase> LargeAttention() =>
    [
        Attention("large", new(4, 2, 48, [100, 30, 97])),
        Attention("two tiles of keys", new(2, 1, 33, [277, 3])),
        Attention("window over tiles of keys", new(2, 2, 8, [270, 61]) { Spec = new(0.3f, Window: 100) }),
        Attention("soft-cap and window after a long past", new(2, 1, 12, [75]) { Pasts = [290], Spec = new(0.3f, Window: 260, SoftCap: 2) }),
        Attention("both directions over tiles of keys", new(2, 1, 16, [60, 259]) { Spec = new(0.25f, Causal: false) }),
    ];

    private static IEnumerable<OpCase> AttentionCases()
    {
        foreach ((string name, AttentionSize size) in AttentionSizes)
        {
            yield return Attention(name, size);
            Input[] scored = size.Inputs();
            scored[2] = scored[2] with { Grad = false };
            yield return new(
                "AttentionScores", $"{name}, softmax", scored,
                (_, x) => Ops.Softmax(Ops.AttentionScores(x[0], x[1], size.Segments(x), size.Spec)), Pairs(size) * 2 * size.Channels)
            {
                Tolerance = size.Spec.Scale > 1 ? 1e-4 : 1e-5,
            };
            yield return new(
                "AttentionScores", name, [.. scored.Select(input => input with { Grad = false })],
                (_, x) => Ops.AttentionScores(x[0], x[1], size.Segments(x), size.Spec), Pairs(size) * 2 * size.Channels);
            Input[] mixed = size.Inputs();
            mixed[0] = new((size.Heads, size.Tokens, size.Longest), size.Grad);
            mixed[1] = mixed[1] with { Grad = false };
            yield return new("AttentionMix", name, mixed, (_, x) => Ops.AttentionMix(x[0], x[2], size.Segments(x)), Pairs(size) * 2 * size.Channels);
        }
    }

    private static OpCase Attention(string name, AttentionSize size) =>
        new("Attention", $"{name}: {size.Heads}/{size.KeyHeads} heads of {size.Channels}, {string.Join('+', size.Lengths)} tokens", size.Inputs(),
            (_, x) => Ops.Attention(x[0], x[1], x[2], size.Segments(x), size.Spec), Pairs(size) * 4 * size.Channels)
        {
            Tolerance = size.Spec.Scale > 1 ? 1e-4 : 1e-5,
        };

    /// <summary>How many (head, query, key) take part.</summary>
    private static double Pairs(AttentionSize size)
    {
        double pairs = 0;
        for (int i = 0; i < size.Lengths.Length; i++)
        {
            for (int t = size.Pasts[i]; t < size.Pasts[i] + size.Lengths[i]; t++)
                pairs += size.Spec.Causal ? Math.Min(t + 1, size.Spec.Window > 0 ? size.Spec.Window : int.MaxValue) : size.Pasts[i] + size.Lengths[i];
        }

        return pairs * size.Heads;
    }
}
