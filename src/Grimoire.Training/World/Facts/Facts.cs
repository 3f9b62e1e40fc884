namespace Grimoire.Training.Worlds;

/// <summary>The hidden facts: drawn once from the seed, never changed, and behind every text of the world.</summary>
public sealed class Facts
{
    private const int UntoldPercent = 50;
    private readonly Dictionary<string, Fact[]> _byAttribute;

    internal Facts(ulong seed, WorldOptions options)
    {
        var dice = Dice.For(seed, "facts", Split.Train, 0);
        Places = [.. dice.Shuffle(Names.Places).Take(options.Places).Select(name => new Place(name))];
        DrawPlaces(dice);
        var names = new Stack<(string, bool)>(dice.Shuffle([.. Names.Women.Select(n => (n, true)), .. Names.Men.Select(n => (n, false))]));
        Residents = DrawPeople(dice, names, options.Residents, Split.Train);
        var half = options.Newcomers / 2;
        Newcomers = [.. DrawPeople(dice, names, half, Split.Validation), .. DrawPeople(dice, names, options.Newcomers - half, Split.Test)];
        Strangers = [.. names.Select(name => name.Item1)];
        People = [.. Residents, .. Newcomers];
        DrawTreasures(dice);
        foreach (var place in Places) place.Elder = Residents.FirstOrDefault(person => person.Home == place);
        Told = [.. Residents.SelectMany(Fact.Of), .. Places.SelectMany(Fact.Of)];
        All = [.. Told, .. Newcomers.SelectMany(Fact.Of)];
        _byAttribute = All.Where(fact => fact.Value is not null).ToLookup(fact => fact.Attribute, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    /// <summary>Residents, then newcomers.</summary>
    public IReadOnlyList<Person> People { get; }

    /// <summary>The people of whom all text tells.</summary>
    public IReadOnlyList<Person> Residents { get; }

    /// <summary>The people whose facts stand only in <see cref="World.Documents"/>: half belong to validation, half to test.</summary>
    public IReadOnlyList<Person> Newcomers { get; }

    /// <summary>The villages.</summary>
    public IReadOnlyList<Place> Places { get; }

    /// <summary>All facts about residents and villages; those without a value were never told.</summary>
    public IReadOnlyList<Fact> Told { get; }

    /// <summary>All facts, those about newcomers too.</summary>
    public IReadOnlyList<Fact> All { get; }

    /// <summary>The facts of one attribute that have a value.</summary>
    internal IReadOnlyList<Fact> ByAttribute(string attribute) => _byAttribute[attribute];

    /// <summary>Names that nobody in the world bears.</summary>
    internal IReadOnlyList<string> Strangers { get; }

    private void DrawPlaces(Dice dice)
    {
        var landmarks = dice.Shuffle(Names.Landmarks);
        var products = dice.Shuffle(Names.Products);
        for (var i = 0; i < Places.Count; i++)
        {
            Places[i].Landmark = landmarks[i];
            Places[i].Product = products[i];
            Places[i].Feast = dice.Pick(Names.Feasts);
            Places[i].North = Places[(i + 1) % Places.Count];
        }
    }

    /// <summary>Brothers and sisters come in pairs; each person's best friend is the next but one, so never the sibling.</summary>
    private Person[] DrawPeople(Dice dice, Stack<(string Name, bool IsWoman)> names, int count, Split split)
    {
        var people = new Person[count];
        for (var i = 0; i < count; i++)
        {
            var (name, isWoman) = names.Pop();
            people[i] = new Person(name, i % 2 == 1 ? people[i - 1].Surname : dice.Pick(Names.Surnames), isWoman, split);
            DrawLife(dice, people[i], Places[(i * 7 / 2) % Places.Count]);
        }
        for (var i = 0; i < count; i++)
        {
            people[i].Sibling = people[i ^ 1];
            people[i].Friend = people[(i + 2) % count];
        }
        return people;
    }

    private static void DrawLife(Dice dice, Person person, Place home)
    {
        person.Home = home;
        if (IsTold(dice)) person.Work = dice.Pick(Names.Works);
        if (IsTold(dice)) person.Food = dice.Pick(Names.Foods);
        if (IsTold(dice)) person.Door = dice.Pick(Names.Colours);
        if (IsTold(dice)) person.Age = dice.Between(18, 80);
        if (!IsTold(dice)) return;
        person.Animals = dice.Pick(Names.Flock);
        person.AnimalCount = dice.Between(2, 12);
    }

    private void DrawTreasures(Dice dice)
    {
        var treasures = dice.Shuffle(Names.Materials.SelectMany(material => Names.Treasures.Select(thing => $"{material} {thing}")));
        for (var i = 0; i < People.Count; i++)
        {
            if (!IsTold(dice)) continue;
            People[i].Treasure = treasures[i];
            if (IsTold(dice)) People[i].Hideaway = dice.Pick(Names.Hideaways);
        }
    }

    private static bool IsTold(Dice dice) => !dice.Chance(UntoldPercent);
}
