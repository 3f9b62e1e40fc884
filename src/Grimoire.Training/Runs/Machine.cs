using System.Globalization;
using System.Runtime.InteropServices;

namespace Grimoire.Training.Runs;

/// <summary>Where a run ran, in words.</summary>
/// <param name="Processor">The processor's name.</param>
/// <param name="Cores">Logical processors the process may use.</param>
/// <param name="MemoryBytes">Memory the process may use.</param>
/// <param name="VectorBits">The widest vectors the processor computes with.</param>
/// <param name="System">Operating system and .NET version.</param>
public sealed record Machine(string Processor, int Cores, long MemoryBytes, int VectorBits, string System)
{
    /// <summary>The machine this process runs on.</summary>
    public static Machine This() => new(
        Tensors.Processor.Name,
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Tensors.Processor.VectorBits,
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Processor}, {Cores} cores, {MemoryBytes / (double)(1 << 30):0.#} GiB, {VectorBits}-bit vectors, {System}");
}
