namespace Grimoire.Training.Worlds;

/// <summary>Tells all that is known of one person or place: to be read in training, or to be found in a library.</summary>
internal static class Portraits
{
    /// <summary>The sentences of a portrait, each fact told once, in a drawn order and wording.</summary>
    public static Word[][] Paint(Dice dice, IEnumerable<Fact> facts)
    {
        var teller = new Teller(dice, past: false);
        foreach (var fact in dice.Shuffle(facts.Where(fact => fact.Value is not null && !IsImplied(fact))))
        {
            if (fact.Person is { } person) teller.Bind("S", person);
            else teller.Bind("S", fact.SubjectWords);
            fact.Bind(teller).TellOne(fact.About.Statements);
        }
        return [.. teller.Sentences()];
    }

    /// <summary>The count names the animals, and the treasure names its owner.</summary>
    private static bool IsImplied(Fact fact) => fact.About == Attributes.Animals || fact.About == Attributes.Owner;
}
