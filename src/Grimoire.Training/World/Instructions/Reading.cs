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

    private static readonly Template Answer = Template.Parse("The {thing} is {spot}.");

    private static readonly Word[][] Spots =
        [.. "in the box, in the basket, under the bed, on the table, behind the door, in the garden, under the stairs, on the shelf, in the barn, beside the well/NOUN".Split(", ").Select(Lexicon.Phrase)];

    public Exercise Ask(Dice dice)
    {
        var people = dice.Shuffle(facts.Residents);
        var things = dice.Shuffle(Props.Small);
        var teller = new Teller(dice, past: false);
        var (moves, asked) = (dice.Between(2, 4), dice.Below(2));
        var places = new Word[2][];
        string? before = null;
        for (var move = 0; move < moves || places[asked] is null; move++)
        {
            var thing = places[0] is null ? 0 : places[1] is null && move == 1 ? 1 : dice.Below(2);
            var spot = dice.Pick(Spots);
            while (spot == places[thing]) spot = dice.Pick(Spots);
            if (thing == asked && places[thing] is { } old) before = Word.Join(old);
            places[thing] = spot;
            teller.Bind("A", people[dice.Below(2)]).Bind("thing", things[thing]).Bind("spot", spot).TellOne(Puts);
            if (dice.Chance(30)) Distract(dice, teller, places[thing]);
        }
        var story = teller.Text;
        var (right, other) = (Word.Join(places[asked]), before ?? Word.Join(places[1 - asked] ?? Spots[0]));
        if (other == right) other = Word.Join(Spots.First(spot => Word.Join(spot) != right));
        string Say(Template template, Word[] spot) => new Teller(dice).Bind("thing", things[asked]).Bind("spot", spot).Tell(template).Text;
        var answer = Say(Answer, places[asked]);
        return new Exercise(Skill.Reading, "reading/" + story, $"{story} {Say(dice.Pick(Questions), places[asked])}", answer,
            given => Worlds.Questions.Mentions(given, right) && !Array.Exists(Spots, spot => Word.Join(spot) != right && Worlds.Questions.Mentions(given, Word.Join(spot))),
            answer.Replace(right, other, StringComparison.Ordinal));
    }

    /// <summary>A sentence that moves nothing; it may name a place where the thing is not.</summary>
    private static void Distract(Dice dice, Teller teller, Word[] place)
    {
        var spot = dice.Pick(Spots);
        while (spot == place) spot = dice.Pick(Spots);
        teller.Bind("spot", spot).TellOne(Distractions);
    }
}
