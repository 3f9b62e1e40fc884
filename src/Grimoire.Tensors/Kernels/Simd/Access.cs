using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>How a register is moved from and to memory: whole, or what is left at the end of a row.</summary>
internal unsafe interface IAccess<V>
    where V : unmanaged, ILanes<V>
{
    /// <summary>Lanes that are not read are zero.</summary>
    V Load(float* source);

    /// <summary>Reads stored numbers from <paramref name="index"/> on.</summary>
    V Load<T>(byte* data, nint index)
        where T : struct, IElement;

    /// <summary>The value in every lane that is there, else zero.</summary>
    V Constant(float value);

    void Store(float* destination, V value);
}

/// <summary>All lanes.</summary>
internal readonly unsafe struct Whole<V> : IAccess<V>
    where V : unmanaged, ILanes<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Load(float* source) => V.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Load<T>(byte* data, nint index)
        where T : struct, IElement => T.Load<V>(data, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Constant(float value) => V.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* destination, V value) => value.Store(destination);
}

/// <summary>The first <paramref name="count"/> lanes.</summary>
internal readonly unsafe struct Partial<V>(int count) : IAccess<V>
    where V : unmanaged, ILanes<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Load(float* source) => V.Load(source, count);

    public V Load<T>(byte* data, nint index)
        where T : struct, IElement
    {
        if (typeof(T) == typeof(Single32))
            return V.Load((float*)data + index, count);
        V value = V.Create(0);
        for (int i = 0; i < count; i++)
            ((float*)&value)[i] = T.At(data, index + i);
        return value;
    }

    public V Constant(float value) => V.Select(V.Greater(V.Create(count), V.Indices), V.Create(value), V.Create(0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* destination, V value) => value.Store(destination, count);
}

/// <summary>Some lanes one by one, where the machine has no instruction for it.</summary>
internal static unsafe class Rest<V>
    where V : unmanaged, ILanes<V>
{
    public static V Load(float* source, int count)
    {
        V value = V.Create(0);
        for (int i = 0; i < count; i++)
            ((float*)&value)[i] = source[i];
        return value;
    }

    public static void Store(float* destination, V value, int count)
    {
        for (int i = 0; i < count; i++)
            destination[i] = ((float*)&value)[i];
    }
}

/// <summary>A function of each element: written once, run on whole registers and on the rest.</summary>
internal unsafe interface IElementwise<V>
    where V : unmanaged, ILanes<V>
{
    void At<A>(nint i, A lanes)
        where A : struct, IAccess<V>;
}

/// <summary>A function of each row.</summary>
internal interface IRowwise
{
    void Row(int row);
}

/// <summary>What a row adds to sums over rows, one for each column.</summary>
internal unsafe interface IRowTerm
{
    void Add(int row, float* sums);
}
