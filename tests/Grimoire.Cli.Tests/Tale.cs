using System.Text;

namespace Grimoire.Cli.Tests;

/// <summary>A few kilobytes of text that a tiny model can learn something from.</summary>
internal static class Tale
{
    private static readonly string[] Who = ["the cat", "a fox", "my aunt", "the old king", "Anna"], Does = ["sees", "likes", "finds", "paints"],
        What = ["a red ball", "the moon", "two apples", "no one"];

    /// <summary>Sentences without end, the same every time.</summary>
    public static string Of(int characters)
    {
        var text = new StringBuilder();
        for (uint i = 1; text.Length < characters; i++)
        {
            uint dice = i * 2654435761 >> 8;
            text.Append($"{Who[dice % 5]} {Does[dice / 5 % 4]} {What[dice / 20 % 4]}.{(dice / 80 % 5 == 0 ? "\n" : " ")}");
        }

        return text.ToString(0, characters);
    }
}
