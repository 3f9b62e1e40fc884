using System.Reflection;

namespace Grimoire.Tensors.Tests;

/// <summary>Nothing is without a case: an op or a kernel added without one fails here.</summary>
public sealed class CoverageTests
{
    private static readonly HashSet<string> Cases = [.. OpCases.All.Select(row => row.Op)];
    private static readonly HashSet<string> CasesWithGradient = [.. OpCases.All.Where(row => row.Inputs.Any(input => input.Grad)).Select(row => row.Op)];

    [Fact]
    public void Every_op_has_a_case()
    {
        IEnumerable<string> ops = typeof(Ops).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(method => method.Name).Distinct();
        Assert.Empty(ops.Except(Cases));
    }

    [Fact]
    public void Every_kernel_has_a_case()
    {
        IEnumerable<string> kernels = typeof(Kernels).GetMethods().Where(method => method.IsAbstract).Select(method => method.Name).Distinct();
        Assert.Empty(kernels.Except(Cases).Except(CasesWithGradient.Select(op => op + "Grad")));
    }

    [Fact]
    public void Every_case_is_of_an_op_or_a_kernel_and_has_its_own_name()
    {
        IEnumerable<string> methods = typeof(Ops).GetMethods().Concat(typeof(Kernels).GetMethods()).Select(method => method.Name);
        Assert.Empty(Cases.Except(methods));
        Assert.Equal(OpCases.All.Count, OpCases.All.Select(row => row.Name).Distinct().Count());
    }
}
