using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Grimoire.Tensors;

/// <summary>
/// The sizes of a tensor, outermost first, at most four, held inline: a shape never allocates.
/// Written as a tuple where one is wanted: <c>workspace.New((tokens, channels))</c>.
/// </summary>
[SuppressMessage("Usage", "CA2225", Justification = "The constructors are the named alternates of the conversions.")]
public readonly struct Shape : IEquatable<Shape>
{
    private readonly int d0, d1, d2, d3;

    /// <summary>A shape of one axis.</summary>
    public Shape(int a) => (Rank, d0) = (1, Checked(a));

    /// <summary>A shape of two axes.</summary>
    public Shape(int a, int b) => (Rank, d0, d1) = (2, Checked(a), Checked(b));

    /// <summary>A shape of three axes.</summary>
    public Shape(int a, int b, int c) => (Rank, d0, d1, d2) = (3, Checked(a), Checked(b), Checked(c));

    /// <summary>A shape of four axes.</summary>
    public Shape(int a, int b, int c, int d) => (Rank, d0, d1, d2, d3) = (4, Checked(a), Checked(b), Checked(c), Checked(d));

    /// <summary>The shape of a scalar: no axes, one element.</summary>
    public static Shape Scalar => default;

    /// <summary>The number of axes.</summary>
    public int Rank { get; }

    /// <summary>The size of an axis; negative indices count from the last axis.</summary>
    public int this[int axis]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            int index = axis < 0 ? axis + Rank : axis;
            if ((uint)index >= (uint)Rank)
                RefuseAxis(axis);
            return index switch
            {
                0 => d0,
                1 => d1,
                2 => d2,
                _ => d3,
            };
        }
    }

    /// <summary>The number of elements.</summary>
    public long Count => Rank switch
    {
        0 => 1,
        1 => d0,
        2 => (long)d0 * d1,
        3 => (long)d0 * d1 * d2,
        _ => (long)d0 * d1 * d2 * d3,
    };

    /// <summary>The size of the last axis (1 for a scalar): the channels of a row.</summary>
    public int Last => Rank == 0 ? 1 : this[-1];

    /// <summary>The number of rows: elements divided by <see cref="Last"/>.</summary>
    public int Rows => Last == 0 ? 0 : Rank switch
    {
        0 or 1 => 1,
        2 => d0,
        3 => checked(d0 * d1),
        _ => checked(d0 * d1 * d2),
    };

    /// <summary>The same shape with another last axis.</summary>
    public Shape WithLast(int size) => Rank switch
    {
        1 => new(size),
        2 => new(d0, size),
        3 => new(d0, d1, size),
        4 => new(d0, d1, d2, size),
        _ => throw new InvalidOperationException("a scalar has no last axis"),
    };

    /// <summary>The same shape with another first axis.</summary>
    public Shape WithFirst(int size) => Rank switch
    {
        1 => new(size),
        2 => new(size, d1),
        3 => new(size, d1, d2),
        4 => new(size, d1, d2, d3),
        _ => throw new InvalidOperationException("a scalar has no first axis"),
    };

    /// <summary>A tuple of sizes is a shape.</summary>
    public static implicit operator Shape(int a) => new(a);

    /// <summary>A tuple of sizes is a shape.</summary>
    public static implicit operator Shape((int A, int B) sizes) => new(sizes.A, sizes.B);

    /// <summary>A tuple of sizes is a shape.</summary>
    public static implicit operator Shape((int A, int B, int C) sizes) => new(sizes.A, sizes.B, sizes.C);

    /// <summary>A tuple of sizes is a shape.</summary>
    public static implicit operator Shape((int A, int B, int C, int D) sizes) => new(sizes.A, sizes.B, sizes.C, sizes.D);

    /// <summary>Equal rank and sizes.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Another rank or another size.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Shape other) => Rank == other.Rank && d0 == other.d0 && d1 == other.d1 && d2 == other.d2 && d3 == other.d3;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rank, d0, d1, d2, d3);

    /// <summary>The sizes in brackets, as in <c>[4, 64]</c>.</summary>
    public override string ToString() => Rank switch
    {
        0 => "[]",
        1 => $"[{d0}]",
        2 => $"[{d0}, {d1}]",
        3 => $"[{d0}, {d1}, {d2}]",
        _ => $"[{d0}, {d1}, {d2}, {d3}]",
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Checked(int size)
    {
        if (size < 0)
            RefuseSize(size);
        return size;
    }

    [DoesNotReturn]
    private static void RefuseSize(int size) => throw new ArgumentOutOfRangeException(nameof(size), size, "a size is not negative");

    [DoesNotReturn]
    private void RefuseAxis(int axis) => throw new ArgumentOutOfRangeException(nameof(axis), axis, $"shape {this} has {Rank} axes");
}
