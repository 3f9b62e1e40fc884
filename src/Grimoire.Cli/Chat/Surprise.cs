using System.Globalization;
using Grimoire.Models;

namespace Grimoire.Cli;

/// <summary>How unexpected a token was, −log₂ p bits: a colour on a terminal, else a number behind it.</summary>
internal static class Surprise
{
    // From the 256 colours of terminals: yellow, orange, red, magenta.
    private static readonly (double Bits, int Colour)[] Steps = [(1, 229), (3, 214), (6, 203), (10, 199)];

    public static double Bits(TokenScore score) => -score.LogProbability / Math.Log(2);

    /// <summary>Writes what the colours or numbers mean.</summary>
    public static void WriteLegend(Terminal terminal)
    {
        if (!terminal.HasColour)
        {
            terminal.Error.WriteLine("‹n› behind a token is its surprise: it was expected with a chance of one in 2 to the n (left out below 1).");
            return;
        }

        terminal.Out.Write("surprise in bits: below 1");
        for (int i = 0; i < Steps.Length; i++)
        {
            terminal.Out.Write(", ");
            string range = i + 1 < Steps.Length ? $"{Steps[i].Bits} to {Steps[i + 1].Bits}" : $"above {Steps[i].Bits}";
            terminal.Coloured(range.ToString(CultureInfo.InvariantCulture), Steps[i].Colour);
        }

        terminal.Out.WriteLine();
    }

    /// <summary>Writes some text with the surprise of the token that made it certain.</summary>
    public static void Write(Terminal terminal, string text, TokenScore score)
    {
        double bits = Bits(score);
        if (bits < Steps[0].Bits || text.Length == 0)
            terminal.Out.Write(text);
        else if (terminal.HasColour)
            terminal.Coloured(text, Steps.Last(step => bits >= step.Bits).Colour);
        else
            terminal.Out.Write($"{text}‹{Numbers.Fixed(bits, 0)}›");
    }
}
