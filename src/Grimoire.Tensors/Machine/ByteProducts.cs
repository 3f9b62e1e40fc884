using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Grimoire.Tensors;

/// <summary>An instruction that multiplies small integers and adds up their products.</summary>
internal interface IByteProducts<T>
    where T : unmanaged, IByteProducts<T>
{
    static abstract T Start { get; }

    /// <summary>The instruction, its result in the place of the first factor or of the sum.</summary>
    static abstract T Multiply(T a, T b);
}

internal readonly struct Products512(Vector512<byte> v) : IByteProducts<Products512>
{
    private readonly Vector512<byte> v = v;

    public static Products512 Start => new(Vector512.Create((byte)3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Products512 Multiply(Products512 a, Products512 b) => new(Avx512BW.MultiplyAddAdjacent(a.v, b.v.AsSByte()).AsByte());
}

internal readonly struct Products256(Vector256<byte> v) : IByteProducts<Products256>
{
    private readonly Vector256<byte> v = v;

    public static Products256 Start => new(Vector256.Create((byte)3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Products256 Multiply(Products256 a, Products256 b) => new(Avx2.MultiplyAddAdjacent(a.v, b.v.AsSByte()).AsByte());
}

internal readonly struct Dots256(Vector256<int> v) : IByteProducts<Dots256>
{
    private readonly Vector256<int> v = v;

    public static Dots256 Start => new(Vector256.Create(0x03030303));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dots256 Multiply(Dots256 a, Dots256 b) => new(AvxVnni.MultiplyWideningAndAdd(a.v, b.v.AsByte(), b.v.AsSByte()));
}

internal readonly struct Dots128(Vector128<int> v) : IByteProducts<Dots128>
{
    private readonly Vector128<int> v = v;

    public static Dots128 Start => new(Vector128.Create(0x03030303));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dots128 Multiply(Dots128 a, Dots128 b) => new(Dp.DotProduct(a.v, b.v.AsSByte(), b.v.AsSByte()));
}

internal readonly struct Products128(Vector128<short> v) : IByteProducts<Products128>
{
    private readonly Vector128<short> v = v;

    public static Products128 Start => new(Vector128.Create((short)3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Products128 Multiply(Products128 a, Products128 b) => new((a.v * b.v) + b.v);
}
