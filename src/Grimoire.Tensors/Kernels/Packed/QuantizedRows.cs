using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>What is known of 32 activations x ≈ d · q besides the q: their sum, and the same of each half of them.</summary>
internal struct QuantizedGroup
{
    /// <summary>d: the largest magnitude / 127; not a number where some x is not finite.</summary>
    public float Scale;

    /// <summary>d · Σ q.</summary>
    public float Share;

    /// <summary>d · Σ q of the first sixteen.</summary>
    public float FirstShare;

    /// <summary>d · Σ q of the last sixteen.</summary>
    public float LastShare;

    /// <summary>Σ q.</summary>
    public int Sum;

    /// <summary>Σ q of the first sixteen.</summary>
    public int FirstSum;

    /// <summary>Σ q of the last sixteen.</summary>
    public int LastSum;

    /// <summary>Eight words in all.</summary>
    public int Unused;
}

/// <summary>Rows of activations in eight bits: for every 32 of them d = max |x| / 127 and q = x / d, rounded to the nearest integer, ties to even.</summary>
internal readonly unsafe struct QuantizedRows(int rows, int inputs, sbyte* codes, QuantizedGroup* groups)
{
    /// <summary>Activations that share a scale.</summary>
    public const int Size = 32;

    public int Rows => rows;

    public int Inputs => inputs;

    /// <summary>The q, <c>[row, input]</c>.</summary>
    public sbyte* Codes => codes;

    /// <summary>Of each 32, <c>[row, inputs / 32]</c>.</summary>
    public QuantizedGroup* Groups => groups;

    /// <summary>Room for so many rows in the calling thread's scratch, until it asks again.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="inputs">Activations of a row, a multiple of 32.</param>
    public static QuantizedRows InScratch(int rows, int inputs)
    {
        long groups = (long)rows * (inputs / Size);
        float* memory = Scratch.Quantized(groups * (sizeof(QuantizedGroup) + Size) / sizeof(float));
        return new(rows, inputs, (sbyte*)((QuantizedGroup*)memory + groups), (QuantizedGroup*)memory);
    }

    /// <summary>The rows from one on.</summary>
    public QuantizedRows From(int row) => new(rows - row, inputs, codes + ((nint)row * inputs), groups + ((nint)row * (inputs / Size)));

    /// <summary>Rounds rows of floats.</summary>
    public void Fill<V, B>(float* x, int threads)
        where V : unmanaged, ILanes<V>
        where B : unmanaged, IBytes<B, V>
    {
        int piece = Math.Max(1, 4096 / inputs);
        var job = new Quantize<V, B>(this, x, piece);
        ThreadTeam.Shared.Run(ref job, (rows + piece - 1) / piece, threads);
    }

    private readonly struct Quantize<V, B>(QuantizedRows rows, float* x, int piece) : IJob
        where V : unmanaged, ILanes<V>
        where B : unmanaged, IBytes<B, V>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int index)
        {
            nint perRow = rows.Inputs / Size, first = (nint)index * piece * perRow, end = Math.Min(rows.Rows, ((nint)index + 1) * piece) * perRow;
            for (; first < end; first++)
                Group(x + (first * Size), rows.Codes + (first * Size), rows.Groups + first);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Group(float* x, sbyte* codes, QuantizedGroup* group)
        {
            V largest = V.Create(0), infinite = largest;
            for (int i = 0; i < Size; i += V.Count)
            {
                V value = V.Load(x + i);
                largest = V.Max(largest, V.Abs(value));
                infinite = V.MultiplyAdd(value, V.Create(0), infinite); // NaN from the first x that is not finite
            }

            float scale = (V.MaxOf(largest) / 127) + V.Sum(infinite);
            (float firstSum, float lastSum) = scale == 0
                ? (Zeros(codes), 0)
                : (Half(x, scale, codes), Half(x + (Size / 2), scale, codes + (Size / 2)));
            *group = new QuantizedGroup
            {
                Scale = scale,
                Share = scale * (firstSum + lastSum),
                FirstShare = scale * firstSum,
                LastShare = scale * lastSum,
                Sum = (int)(firstSum + lastSum),
                FirstSum = (int)firstSum,
                LastSum = (int)lastSum,
            };
        }

        /// <summary>The q of sixteen and their sum, which is exact in any order.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static float Half(float* x, float scale, sbyte* codes)
        {
            V sum = V.Create(0);
            for (int i = 0; i < Size / 2; i += V.Count)
            {
                // Only the least scales of all, which have few bits themselves, can lead beyond 127.
                V q = V.Min(V.Max(V.Round(V.Load(x + i) / V.Create(scale)), V.Create(-127)), V.Create(127));
                B.Store(q, codes + i);
                sum += q;
            }

            return V.Sum(sum);
        }

        private static float Zeros(sbyte* codes)
        {
            new Span<sbyte>(codes, Size).Clear();
            return 0;
        }
    }
}
