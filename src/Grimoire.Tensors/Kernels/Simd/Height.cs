namespace Grimoire.Tensors;

/// <summary>Rows of a tile, a constant to the compiler: one text serves all heights.</summary>
internal interface IHeight
{
    static abstract int Rows { get; }
}

internal readonly struct One : IHeight
{
    public static int Rows => 1;
}

internal readonly struct Two : IHeight
{
    public static int Rows => 2;
}

internal readonly struct Three : IHeight
{
    public static int Rows => 3;
}

internal readonly struct Four : IHeight
{
    public static int Rows => 4;
}

internal readonly struct Six : IHeight
{
    public static int Rows => 6;
}

internal readonly struct Eight : IHeight
{
    public static int Rows => 8;
}

internal readonly struct Ten : IHeight
{
    public static int Rows => 10;
}

internal readonly struct Twelve : IHeight
{
    public static int Rows => 12;
}

internal readonly struct Fourteen : IHeight
{
    public static int Rows => 14;
}
