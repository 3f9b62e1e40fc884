using System.Runtime.InteropServices;

namespace Grimoire.Evaluation.Tagging;

/// <summary>How many spans there are, how many were found, and how many of these are right: same place, same type.</summary>
/// <param name="Correct">Found rightly.</param>
/// <param name="Gold">There.</param>
/// <param name="Predicted">Found.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TagCounts(long Correct, long Gold, long Predicted)
{
    /// <summary>The share of those found that are right; 0 where none was found.</summary>
    public double Precision => Share(Correct, Predicted);

    /// <summary>The share of those there that were found; 0 where there is none.</summary>
    public double Recall => Share(Correct, Gold);

    /// <summary>The harmonic mean of precision and recall (van Rijsbergen 1979): 2 · correct / (gold + predicted).</summary>
    public double F1 => Share(2 * Correct, Gold + Predicted);

    private static double Share(double part, double whole) => whole > 0 ? part / whole : 0;
}

/// <summary>Precision, recall and F1 averaged over types.</summary>
/// <param name="Precision">Mean precision.</param>
/// <param name="Recall">Mean recall.</param>
/// <param name="F1">Mean F1, which is not the F1 of the means.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TagAverage(double Precision, double Recall, double F1);
