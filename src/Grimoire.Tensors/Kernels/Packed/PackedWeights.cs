namespace Grimoire.Tensors;

/// <summary>
/// The packed forms of some matrices in one stretch of memory, in their order: packed here, or found as they were written once. Linear layers over the matrices
/// read them from then on; everything else reads the matrices themselves.
/// </summary>
public sealed unsafe class PackedWeights
{
    /// <summary>The layout of everything packed. It counts up when a type's layout changes, so that what was written before is not read.</summary>
    public const int Version = 1;

    private const long Alignment = 64;

    private readonly Kernels kernels;
    private readonly List<(Tensor Weight, long Offset, long Bytes)> places = [];

    /// <summary>Finds out what a device packs, and where it goes.</summary>
    /// <param name="kernels">The device.</param>
    /// <param name="weights">Matrices that do not change. Those that it reads fastest as they are, or that are packed already, are left alone.</param>
    /// <param name="spare">Whether to leave floats alone whose memory cannot be given back, as that of a mapped file can: they would be in memory
    /// twice.</param>
    public PackedWeights(Kernels kernels, IEnumerable<Tensor> weights, bool spare = false)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(weights);
        this.kernels = kernels;
        foreach (Tensor weight in weights.Distinct())
        {
            long bytes = weight.Packed is null && weight.Shape.Rank == 2 ? kernels.PackedBytes(weight) : 0;
            if (bytes == 0 || (spare && !weight.DType.IsQuantized() && !weight.IsRestorable))
                continue;
            places.Add((weight, Bytes, bytes));
            Bytes += (bytes + Alignment - 1) / Alignment * Alignment;
        }
    }

    /// <summary>Bytes in all; 0 where there is nothing to pack.</summary>
    public long Bytes { get; }

    /// <summary>Whether all that has a place was packed: numbers that a form cannot hold are not.</summary>
    public bool IsWhole => places.TrueForAll(place => place.Weight.Packed is not null);

    /// <summary>What lies where, in words: memory written for one layout is not read as another.</summary>
    public string Layout => string.Join('\n', places.Select(place => $"{place.Offset} {place.Weight.DType} {place.Weight.Shape}"));

    /// <summary>Whether activations that enter a matrix are rounded to eight bits, a scale for every 32.</summary>
    public static bool RoundActivations(Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return weight is { Packed: not null, DType: var type } && type.IsQuantized();
    }

    /// <summary>
    /// Packs on the device's threads, matrix by matrix, and lets go of the pages of mapped files that have been read, so that no weight is in memory twice.
    /// </summary>
    /// <param name="progress">Told after each matrix which share of all is done.</param>
    public void Pack(Action<double>? progress = null)
    {
        if (Bytes == 0)
            return;
        var memory = new NativeBuffer(Bytes, zeroed: false);
        foreach ((Tensor weight, long offset, long bytes) in places)
        {
            kernels.Pack(weight, memory.Pointer + offset, memory);
            weight.LetGo();
            progress?.Invoke((offset + bytes) / (double)Bytes);
        }
    }

    /// <summary>Takes what <see cref="Write"/> has written.</summary>
    /// <param name="memory">As many bytes as <see cref="Bytes"/> says, in the <see cref="Layout"/> of this <see cref="Version"/>.</param>
    /// <param name="owner">Keeps them where they are.</param>
    public void Take(void* memory, object owner)
    {
        foreach ((Tensor weight, long offset, _) in places)
            weight.Packed = new PackedWeight(weight.DType, weight.Shape[0], weight.Shape[1], (byte*)memory + offset, owner);
    }

    /// <summary>Writes what was packed.</summary>
    /// <exception cref="InvalidOperationException">It was not.</exception>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] nothing = new byte[Alignment];
        foreach ((Tensor weight, _, long bytes) in places)
        {
            byte* from = weight.Packed is { } packed ? packed.Data : throw new InvalidOperationException($"{weight} is not packed");
            for (long done = 0, count; done < bytes; done += count)
            {
                count = Math.Min(bytes - done, 1 << 24);
                stream.Write(new ReadOnlySpan<byte>(from + done, (int)count));
            }

            stream.Write(nothing, 0, (int)(-bytes & (Alignment - 1)));
            weight.Packed.KeepAlive();
        }
    }
}
