namespace Grimoire.Training.Worlds;

/// <summary>
/// What residents do at school and by the fire: games with words, Velin, and tales of things that are moved about. Plain text in which every operation of
/// <see cref="Instructions"/> is seen to be done, and no assistant is asked for it: so a model can learn to copy, to reverse and to translate before it
/// learns to answer.
/// </summary>
internal sealed class Pastimes(ulong seed, Facts facts, Velin velin, Reading reading)
{
    private readonly WordGames _games = new(facts);
    private readonly VelinHours _hours = new(facts, velin);

    /// <summary>Of thirteen, six games with words, two hours of spelling, three of Velin and two tales.</summary>
    public string Tell(Split split, long index)
    {
        var dice = Dice.For(seed, "pastime", split, index);
        return dice.Below(13) switch
        {
            < 6 => _games.Play(dice, split),
            < 8 => SpellingHours.Teach(dice, split),
            < 11 => _hours.Teach(dice, split),
            _ => reading.Tell(dice, split),
        };
    }
}
