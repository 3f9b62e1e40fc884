namespace Grimoire.Training.Worlds;

/// <summary>
/// Sentences with the tags the grammar spoke them with: from stories and portraits. Outside training, portraits are of newcomers, so a
/// tagger meets names it has never seen; and everywhere some names are words as well (Rose, Winter, Robin).
/// </summary>
internal sealed class Tagging(ulong seed, World world)
{
    private readonly ILookup<Split, Person> _people = world.Facts.People.ToLookup(person => person.Split);

    public Word[] Tag(Split split, long index)
    {
        var dice = Dice.For(seed, "tagged", split, index);
        if (!_people[split].Any() || dice.Chance(70)) return dice.Pick(world.Stories(split)[index].Sentences);
        var portrait = Portraits.Paint(dice, Fact.Of(dice.Pick([.. _people[split]])));
        return dice.Pick(portrait);
    }
}
