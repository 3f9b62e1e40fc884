namespace Grimoire.Training.Worlds;

/// <summary>The three parts of every kind of text. What a part holds is decided by content, never by position: see docs/world.md.</summary>
public enum Split
{
    /// <summary>Text to learn from: four fifths of all contents.</summary>
    Train,

    /// <summary>Text to choose settings with: one tenth.</summary>
    Validation,

    /// <summary>Text to report numbers on: one tenth.</summary>
    Test,
}

internal static class Splits
{
    /// <summary>The split's name in files: train, validation or test.</summary>
    public static string Name(Split split) => split.ToString().ToLowerInvariant();

    public static bool TryParse(string name, out Split split)
    {
        foreach (var one in Enum.GetValues<Split>())
        {
            if (Name(one) != name) continue;
            split = one;
            return true;
        }
        split = default;
        return false;
    }

    /// <summary>
    /// The part a content belongs to. The hash knows neither the seed nor the position, so a sum that is tested in one world is trained on in none.
    /// </summary>
    public static Split Of(string content) => (Dice.Hash(content) % 10) switch
    {
        8 => Split.Validation,
        9 => Split.Test,
        _ => Split.Train,
    };
}
