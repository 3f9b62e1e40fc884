namespace Grimoire.Tensors;

/// <summary>
/// Working memory of the kernels, one block of each kind per thread, grown to the largest request and kept. What it holds is lost with the next request of the
/// same kind on the same thread.
/// </summary>
internal static unsafe class Scratch
{
    [ThreadStatic]
    private static NativeBuffer? plan, shared, own, quantized, panels;

    /// <summary>For the list of pieces of a job.</summary>
    public static float* Plan(long floats) => Grow(ref plan, floats);

    /// <summary>For what a caller prepares and every thread of its job reads.</summary>
    public static float* Shared(long floats) => Grow(ref shared, floats);

    /// <summary>For activations in eight bits, which every thread of a job reads.</summary>
    public static float* Quantized(long floats) => Grow(ref quantized, floats);

    /// <summary>For one piece of a job.</summary>
    public static float* Own(long floats) => Grow(ref own, floats);

    /// <summary>
    /// For the panels that a piece of a matrix product packs: a huge page at least, whose lines do not get into each other's way in the caches.
    /// </summary>
    public static float* Panels(long floats) => Grow(ref panels, Math.Max(floats, 1 << 19));

    private static float* Grow(ref NativeBuffer? buffer, long floats)
    {
        long bytes = floats * sizeof(float);
        if (buffer is null || buffer.Length < bytes)
        {
            buffer?.Dispose();
            buffer = new NativeBuffer(Math.Max(bytes, 1 << 16), zeroed: false);
        }

        return (float*)buffer.Pointer;
    }
}
