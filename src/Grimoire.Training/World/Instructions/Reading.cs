namespace Grimoire.Training.Worlds;

/// <summary>Where is the key now? A few sentences move things about; the answer must be read from them and cannot be known by heart.</summary>
internal sealed class Reading(Facts facts)
{
    private static readonly Template[] Puts = Template.Lines("""
        {A} puts the {thing} {spot}.
        {A} takes the {thing} and lays it {spot}.
        {A} carries the {thing} away/ADV and leaves it {spot}.
        {A} hides the {thing} {spot}.
        """);

    private static readonly Template[] Distractions = Template.Lines("""
        {A} looks for the {thing} {spot}, but it is not there.
        {A} goes away/ADV and eats some bread.
        {A} sees the {thing} and goes on.
        {A} thinks of the {thing} and smiles.
        """);

    private static readonly Template[] Questions = Template.Lines("""
        Where is the {thing} now?
        Where is the {thing} in the end?
        Where must you look for the {thing}?
        """);

    private static readonly Template[] Endings = Template.Lines("""
        So the {thing} is {spot} now.
        In the end, the {thing} is {spot}.
        If you look for the {thing} now, you find it {spot}.
        """);

    private static readonly Template Answer = Template.Parse("The {thing} is {spot}.");

    private static readonly Word[][] Spots =
    [
        .. "in the box, in the basket, under the bed, on the table, behind the door".Split(", ").Select(Lexicon.Phrase),
        .. "in the garden, under the stairs, on the shelf, in the barn, beside the well/NOUN".Split(", ").Select(Lexicon.Phrase),
    ];

    /// <summary>What happened, and where the two things are in the end; one of them may never have been moved.</summary>
    private sealed record Tale(string Text, Word[][] Things, Word[]?[] Places, int Asked, Word[]? Before)
    {
        public string Key => "reading/" + Text;

        public Word[] Place => Places[Asked]!;

        public string Say(Dice dice, Template template, int thing) =>
            new Teller(dice).Bind("thing", Things[thing]).Bind("spot", Places[thing]).Tell(template).Text;
    }

    /// <summary>A tale and the question where something is.</summary>
    public Exercise Ask(Dice dice)
    {
        var tale = Draw(dice);
        var (right, other) = (Word.Join(tale.Place), Word.Join(tale.Before ?? tale.Places[1 - tale.Asked] ?? Spots[0]));
        if (other == right) other = Word.Join(Spots.First(spot => Word.Join(spot) != right));
        var answer = tale.Say(dice, Answer, tale.Asked);
        return new Exercise(Skill.Reading, tale.Key, $"{tale.Text} {tale.Say(dice, dice.Pick(Questions), tale.Asked)}", answer,
            given => Worlds.Questions.Mentions(given, right)
                && !Array.Exists(Spots, spot => Word.Join(spot) != right && Worlds.Questions.Mentions(given, Word.Join(spot))),
            answer.Replace(right, other, StringComparison.Ordinal));
    }

    /// <summary>A tale of a split that ends by saying where the things are, in a drawn order.</summary>
    public string Tell(Dice dice, Split split)
    {
        var tale = Draw(dice);
        while (Splits.Of(tale.Key) != split) tale = Draw(dice);
        int[] told = [.. dice.Shuffle([0, 1]).Where(thing => tale.Places[thing] is not null)];
        return string.Join(' ', [tale.Text, .. told.Select((thing, rank) => tale.Say(dice, rank == 0 ? dice.Pick(Endings) : Answer, thing))]);
    }

    private Tale Draw(Dice dice)
    {
        var people = dice.Shuffle(facts.Residents);
        var things = dice.Shuffle(Props.Small);
        var teller = new Teller(dice, past: false);
        var (moves, asked) = (dice.Between(2, 4), dice.Below(2));
        var places = new Word[]?[2];
        Word[]? before = null;
        for (var move = 0; move < moves || places[asked] is null; move++)
        {
            var thing = places[0] is null ? 0 : places[1] is null && move == 1 ? 1 : dice.Below(2);
            var spot = dice.Pick(Spots);
            while (spot == places[thing]) spot = dice.Pick(Spots);
            if (thing == asked && places[thing] is { } old) before = old;
            places[thing] = spot;
            teller.Bind("A", people[dice.Below(2)]).Bind("thing", things[thing]).Bind("spot", spot).TellOne(Puts);
            if (dice.Chance(30)) Distract(dice, teller, spot);
        }
        return new Tale(teller.Text, things, places, asked, before);
    }

    /// <summary>A sentence that moves nothing; it may name a place where the thing is not.</summary>
    private static void Distract(Dice dice, Teller teller, Word[] place)
    {
        var spot = dice.Pick(Spots);
        while (spot == place) spot = dice.Pick(Spots);
        teller.Bind("spot", spot).TellOne(Distractions);
    }
}
