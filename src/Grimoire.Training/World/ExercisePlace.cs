using System.Globalization;

namespace Grimoire.Training.Worlds;

/// <summary>
/// Where an exercise stands: <c>1/questions/test/7</c> is question 7 of the test split in the world of seed 1, of its default size. Data files name
/// exercises so, and whoever has the name has the exact judge of an answer (<see cref="Exercise.Accepts"/>) and the known reward.
/// </summary>
/// <param name="Seed">The world's seed.</param>
/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="Split">The split.</param>
/// <param name="Index">The place in the series, from 0.</param>
public sealed record ExercisePlace(ulong Seed, string Kind, Split Split, long Index)
{
    /// <summary>The series that hold exercises; that of <c>preferences</c> holds what the pairs of answers are about.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["questions", "sums", "instructions", "requests", "preferences"];

    /// <summary>The world it stands in.</summary>
    public World World => World.Of(Seed);

    /// <summary>What stands there.</summary>
    /// <exception cref="GrimoireException"><see cref="Kind"/> is none of <see cref="Kinds"/>.</exception>
    public Exercise Exercise => In(World);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="GrimoireException">The text is not the name of a place.</exception>
    public static ExercisePlace Parse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 4 && ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seed) && Kinds.Contains(parts[1], StringComparer.Ordinal)
            && Splits.TryParse(parts[2], out var split) && long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new ExercisePlace(seed, parts[1], split, index)
            : throw Unknown(text);
    }

    /// <summary><c>seed/kind/split/index</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seed}/{Kind}/{Splits.Name(Split)}/{Index}");

    /// <summary>What stands here in a world that is at hand.</summary>
    internal Exercise In(World world) => Kind switch
    {
        "questions" => world.Questions(Split)[Index],
        "sums" => world.Sums(Split)[Index],
        "instructions" => world.Instructions(Split)[Index],
        "requests" => world.Requests(Split)[Index],
        "preferences" => world.Preferences(Split)[Index].Exercise,
        _ => throw Unknown(ToString()),
    };

    private static GrimoireException Unknown(string text) => new(
        $"'{text}' is no exercise of the world; it must be a seed, one of {string.Join(", ", Kinds)}, a split and a number, such as 1/questions/test/7.");
}
