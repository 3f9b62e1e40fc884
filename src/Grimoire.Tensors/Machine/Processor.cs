using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>What the processor is made of, as far as kernels care, and how the system lets this process use it.</summary>
public static class Processor
{
    private const string CpuList = "/proc/cpuinfo", Status = "/proc/self/status", HugePageChoice = "/sys/kernel/mm/transparent_hugepage/enabled";

    /// <summary>The processor's name.</summary>
    public static string Name =>
        Field(CpuList, "model name") ?? Arm ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>Linux names ARM processors by numbers only.</summary>
    private static string? Arm =>
        Field(CpuList, "CPU part") is { } part ? $"ARM processor (implementer {Field(CpuList, "CPU implementer")}, part {part})" : null;

    /// <summary>Bits of the widest registers that are used.</summary>
    public static int VectorBits =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 64;

    /// <summary>The instruction sets that kernels choose by, as far as this processor has them and .NET uses them.</summary>
    public static IReadOnlyList<string> Features { get; } = Supported(
        [
            ("AVX-512 F/BW/DQ/VL", Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported),
            ("AVX-512 VBMI", Avx512Vbmi.IsSupported), ("AVX-VNNI", AvxVnni.IsSupported), ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported),
            ("NEON", AdvSimd.IsSupported), ("NEON dot products", Dp.IsSupported),
        ]);

    /// <summary>The instruction that the integer limit is measured with, in words.</summary>
    public static string IntegerInstruction => PeakLoops.IntegerInstruction;

    /// <summary>Cores that the processors this process may use belong to; null where the system does not say.</summary>
    public static int? PhysicalCores
    {
        get
        {
            var cores = new HashSet<string>(StringComparer.Ordinal);
            foreach (int processor in Affinity)
            {
                string siblings = $"/sys/devices/system/cpu/cpu{processor.ToString(CultureInfo.InvariantCulture)}/topology/thread_siblings_list";
                if (!File.Exists(siblings))
                    return null;
                cores.Add(File.ReadAllText(siblings).Trim());
            }

            return cores.Count == 0 ? null : cores.Count;
        }
    }

    /// <summary>The processors that this process may run on, by number; empty where the system does not say.</summary>
    public static IReadOnlyList<int> Affinity => Field(Status, "Cpus_allowed_list") is { } list ? Numbers(list) : [];

    /// <summary>How the system hands out large pages to those who ask, as weights and workspaces do; null where it does not say.</summary>
    public static string? HugePages
    {
        get
        {
            if (!File.Exists(HugePageChoice))
                return null;
            string choices = File.ReadAllText(HugePageChoice);
            int open = choices.IndexOf('[', StringComparison.Ordinal), close = choices.IndexOf(']', StringComparison.Ordinal);
            return open >= 0 && close > open ? choices[(open + 1)..close] : null;
        }
    }

    /// <summary>The numbers of a list such as <c>0-3,8</c>.</summary>
    internal static IReadOnlyList<int> Numbers(string list)
    {
        var numbers = new List<int>();
        foreach (string range in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] ends = range.Split('-');
            bool read = int.TryParse(ends[0], CultureInfo.InvariantCulture, out int first) & int.TryParse(ends[^1], CultureInfo.InvariantCulture, out int last);
            if (!read || last - first > 1 << 16)
                return [];
            for (int i = first; i <= last; i++)
                numbers.Add(i);
        }

        return numbers;
    }

    private static IReadOnlyList<string> Supported(IEnumerable<(string Name, bool Supported)> features) =>
        [.. features.Where(feature => feature.Supported).Select(feature => feature.Name)];

    /// <summary>The value behind the first such name in a list of the system's.</summary>
    private static string? Field(string file, string name)
    {
        string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
