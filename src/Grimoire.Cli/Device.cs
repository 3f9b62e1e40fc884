using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Grimoire.Tensors;

namespace Grimoire.Cli;

/// <summary>What a command line computes with.</summary>
internal static class Device
{
    /// <summary>The value of <c>--threads</c>, which has been checked by then; null for one a core.</summary>
    public static int? Threads(ParseResult parse) =>
        parse.GetResult("--threads") is OptionResult { Tokens: [{ Value: var value }] } && int.TryParse(value, CultureInfo.InvariantCulture, out int threads)
            ? threads : null;

    /// <summary>The kernels for so many threads.</summary>
    public static Kernels Kernels(ParseResult parse) => Threads(parse) is { } threads ? Tensors.Kernels.CreateSimd(threads) : Tensors.Kernels.Simd;
}
