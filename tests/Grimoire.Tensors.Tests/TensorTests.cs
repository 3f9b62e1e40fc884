using System.Runtime.CompilerServices;

namespace Grimoire.Tensors.Tests;

public sealed class TensorTests
{
    /// <summary>
    /// Memory of a tensor that nobody refers to is given back, also while a span of it is read. Copied through such a span, about one in a thousand was not whole.
    /// </summary>
    [Fact]
    public void A_copy_is_whole_though_nobody_holds_the_tensor()
    {
        bool done = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
                Thread.SpinWait(3000);
            }
        });
        collector.Start();
        try
        {
            for (int i = 0; i < 100_000; i++)
                Assert.False(Ones().ToArray<float>().AsSpan().ContainsAnyExcept(1));
        }
        finally
        {
            Volatile.Write(ref done, true);
            collector.Join();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Tensor Ones()
    {
        Tensor ones = Tensor.Zeros(2000);
        ones.Span<float>().Fill(1);
        return ones;
    }
}
