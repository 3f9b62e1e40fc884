namespace Grimoire.Cli;

/// <summary>Pieces of text as one can see them.</summary>
internal static class Pieces
{
    /// <summary>White space that one would not see on its own gets a sign.</summary>
    public static string Visible(string piece) =>
        piece.Replace(" ", "·", StringComparison.Ordinal).Replace("\n", "⏎", StringComparison.Ordinal).Replace("\t", "⇥", StringComparison.Ordinal);
}
