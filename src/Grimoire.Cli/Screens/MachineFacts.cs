using System.Globalization;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>What this machine computes with, in words.</summary>
internal static class MachineFacts
{
    private static readonly TimeSpan Measuring = TimeSpan.FromMilliseconds(200);

    /// <summary>Tells the processor, how it is used, and, if asked, what it can do at most.</summary>
    public static void Show(Terminal terminal, Kernels kernels, bool limits)
    {
        var machine = Machine.This();
        Sheet.Facts(
            terminal,
            [
                ("processor", machine.Processor), ("cores", Cores(machine)), ("threads", Threads(kernels.Threads, machine.Cores)),
                ("instructions", Processor.Features.Count == 0 ? "none beyond the processor's basic ones" : string.Join(", ", Processor.Features)),
                ("vectors", $"{machine.VectorBits} bits"), ("kernels", kernels.ToString() ?? ""), ("integer products", Processor.IntegerInstruction),
                ("memory", Numbers.Bytes(machine.MemoryBytes)), ("large pages", LargePages()), ("system", machine.System),
                .. limits ? Limits(kernels.Threads) : [],
            ]);
    }

    private static string Cores(Machine machine)
    {
        string physical = Processor.PhysicalCores is { } cores && cores != machine.Cores ? $" on {Whole(cores)} cores" : "";
        string which = Processor.Affinity is { Count: > 0 } processors ? $"; this process may run on processor {Ranges(processors)}" : "";
        return $"{Whole(machine.Cores)}{physical}{which}";
    }

    private static string Threads(int threads, int cores) => threads == cores ? $"{Whole(threads)}, one a core" : $"{Whole(threads)}, as asked with --threads";

    private static string LargePages() => Processor.HugePages switch
    {
        "always" or "madvise" => "used for weights and workspaces",
        "never" => "switched off in this system",
        _ => "left to the system",
    };

    private static IEnumerable<(string, string)> Limits(int threads)
    {
        int[] counts = threads == 1 ? [1] : [1, threads];
        yield return ("floats at most", Of(counts, MachineLimits.Flops, rate => $"{Numbers.Short(rate)} operations/s"));
        yield return ("integers at most", Of(counts, MachineLimits.IntegerOperations, rate => $"{Numbers.Short(rate)} operations/s"));
        yield return ("memory at most", Of(counts, MachineLimits.Bandwidth, rate => $"{Numbers.Fixed(rate / 1e9, 1)} GB/s read"));
    }

    private static string Of(int[] counts, Func<int, TimeSpan, MachineRate> measure, Func<double, string> words) =>
        string.Join(", ", counts.Select(count => $"{words(measure(count, Measuring).Sustained)} on {(count == 1 ? "one thread" : $"{Whole(count)} threads")}"));

    /// <summary>0, 1, 2, 3, 8 as 0–3, 8.</summary>
    internal static string Ranges(IReadOnlyList<int> numbers)
    {
        var ranges = new List<string>();
        for (int i = 0; i < numbers.Count;)
        {
            int end = i;
            while (end + 1 < numbers.Count && numbers[end + 1] == numbers[end] + 1)
                end++;
            ranges.Add(end == i ? Whole(numbers[i]) : $"{Whole(numbers[i])}–{Whole(numbers[end])}");
            i = end + 1;
        }

        return string.Join(", ", ranges);
    }

    private static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);
}
