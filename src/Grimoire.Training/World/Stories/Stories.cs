namespace Grimoire.Training.Worlds;

/// <summary>A short story.</summary>
/// <param name="Plot">The name of its plot.</param>
/// <param name="Hero">Whom it is about.</param>
/// <param name="Key">Plot, hero and prop: stories of different splits never share a key.</param>
/// <param name="Sentences">Its sentences as tagged words.</param>
public sealed record Story(string Plot, Person Hero, string Key, IReadOnlyList<Word[]> Sentences)
{
    /// <summary>The story as text, one paragraph.</summary>
    public string Text { get; } = string.Join(' ', Sentences.Select(sentence => Word.Join(sentence)));
}

/// <summary>Tells stories about residents: a plot, a hero, a prop, and the facts where they come in.</summary>
internal sealed class Stories(ulong seed, Facts facts)
{
    public Story Tell(Split split, long index)
    {
        var dice = Dice.For(seed, "story", split, index);
        Plot plot;
        Person hero;
        Word[] prop;
        string key;
        do
        {
            plot = dice.Pick(Plots.All);
            hero = dice.Pick(facts.Residents);
            prop = dice.Pick(plot.Props);
            key = $"{plot.Name}/{hero.Name}/{Word.Join(prop)}";
        }
        while (Splits.Of(key) != split);

        var teller = Cast(dice, hero).Bind("prop", prop);
        Introduce(dice, teller);
        foreach (var beat in plot.Beats)
            if (!beat.MayBeLeftOut || dice.Chance(50)) teller.TellOne(beat.Alternatives);
        return new Story(plot.Name, hero, key, [.. teller.Sentences()]);
    }

    /// <summary>Binds all that a story about this hero may speak of. What is not told is not bound, so it cannot be said.</summary>
    private Teller Cast(Dice dice, Person hero)
    {
        var companion = dice.Chance(50) ? hero.Friend : hero.Sibling;
        var town = companion.Home;
        while (town == hero.Home) town = dice.Pick(facts.Places);
        var teller = new Teller(dice, past: dice.Chance(75)).Bind("A", hero).Bind("B", companion).Bind("town", town.NameWords);
        Vocabulary.BindFacts(teller, hero);
        if (companion.Home == town) teller.Bind("bhome", town.NameWords);
        if (companion.Food is { } food) teller.Bind("bfood", Lexicon.Phrase(food));
        BindNumbers(dice, teller);
        return teller;
    }

    private static void BindNumbers(Dice dice, Teller teller)
    {
        var (cost, rest) = (dice.Between(2, 9), dice.Between(2, 9));
        var (first, second) = (dice.Between(2, 10), dice.Between(2, 10));
        teller.Bind("coins", Vocabulary.Number(cost + rest)).Bind("cost", Vocabulary.Number(cost)).Bind("rest", Vocabulary.Number(rest));
        teller.Bind("first", Vocabulary.Number(first)).Bind("second", Vocabulary.Number(second)).Bind("sum", Vocabulary.Number(first + second));
    }

    private static readonly string[] Hero = ["A"];

    /// <summary>Says who the hero is, and perhaps one thing more that was not said yet.</summary>
    private static void Introduce(Dice dice, Teller teller)
    {
        var told = dice.Chance(75) ? teller.TellOne(Plots.Introductions) : null;
        if (!dice.Chance(40)) return;
        teller.TellOne(told is null ? Plots.Details : Array.FindAll(Plots.Details, detail => !detail.Slots.Intersect(told.Slots).Except(Hero).Any()));
    }
}
