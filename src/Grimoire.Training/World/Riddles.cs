namespace Grimoire.Training.Worlds;

/// <summary>What a riddle is worth, as the facts see it.</summary>
/// <param name="Sentences">The sentences that count, joined; empty where there were too few.</param>
/// <param name="IsTrue">Whether each of them is a fact of the resident, told without the name, and none is told twice.</param>
public readonly record struct Riddle(string Sentences, bool IsTrue);

/// <summary>
/// A game that the facts decide: one side tells some facts of a resident without the name, the other says who is meant. Every sentence is held against the
/// facts, in all the wordings the world has for them, and so is the guess.
/// </summary>
public sealed class Riddles
{
    // Each wording is told so often that all its forms come up.
    private const int Tellings = 24;
    private readonly Dictionary<Person, Dictionary<string, Fact>> told;
    private readonly World world;

    /// <summary>Riddles about a world's residents.</summary>
    public Riddles(World world)
    {
        this.world = world;
        told = world.Facts.Told.Where(fact => fact.Person is not null && fact.Value is not null).GroupBy(fact => fact.Person!)
            .ToDictionary(facts => facts.Key, facts => Wordings(facts.Key, facts));
    }

    /// <summary>Those who are asked for.</summary>
    public IReadOnlyList<Person> Residents => world.Facts.Residents;

    /// <summary>A beginning for the side that tells, as a portrait begins: it names the resident and is not part of the riddle.</summary>
    public static string Beginning(Person resident) => $"{resident.Name} lives in {resident.Home}.";

    /// <summary>What the other side is asked.</summary>
    public static string Question(Person resident, Riddle riddle) => $"Question: {riddle.Sentences} Who is {(resident.IsWoman ? "she" : "he")}?\nAnswer:";

    /// <summary>Holds the first sentences of a text against the facts.</summary>
    /// <param name="resident">Who is meant.</param>
    /// <param name="text">What was said.</param>
    /// <param name="sentences">How many sentences a riddle has.</param>
    public Riddle Judge(Person resident, string text, int sentences)
    {
        string[] said = [.. text.Split('.').SkipLast(1).Take(sentences).Select(sentence => sentence.Trim() + ".")];
        if (said.Length < sentences)
            return default;
        Fact?[] facts = [.. said.Select(sentence => told[resident].GetValueOrDefault(sentence))];
        return new Riddle(string.Join(' ', said), Array.TrueForAll(facts, fact => fact is not null) && facts.Distinct().Count() == facts.Length);
    }

    /// <summary>Whether a guess names the resident and nobody else.</summary>
    public bool IsGuessed(Person resident, string guess)
    {
        string[] words = guess.Split([' ', '.', ',', '?', '!', '\n', '\''], StringSplitOptions.RemoveEmptyEntries);
        string[] named = [.. words.Intersect(world.Facts.People.Select(person => person.Name), StringComparer.Ordinal)];
        return named is [var name] && name == resident.Name;
    }

    /// <summary>A riddle in the world's own words: what a guesser can be examined with that nobody has practised on.</summary>
    /// <param name="resident">Who is meant.</param>
    /// <param name="sentences">How many sentences.</param>
    /// <param name="seed">Chooses facts and wordings.</param>
    public Riddle Tell(Person resident, int sentences, ulong seed)
    {
        var dice = new Dice(seed ^ Dice.Hash(resident.Name));
        IEnumerable<string> lines = dice.Shuffle(told[resident].GroupBy(line => line.Value)).Take(sentences).Select(lines => dice.Pick([.. lines.Select(line => line.Key)]));
        return new Riddle(string.Join(' ', lines), IsTrue: true);
    }

    /// <summary>Every way in which a portrait can tell a person's facts by pronoun alone.</summary>
    private static Dictionary<string, Fact> Wordings(Person person, IEnumerable<Fact> facts)
    {
        var wordings = new Dictionary<string, Fact>(StringComparer.Ordinal);
        foreach (Fact fact in facts)
        {
            foreach (Template template in fact.About.Statements)
            {
                for (ulong telling = 0; telling < Tellings; telling++)
                {
                    Teller teller = fact.Bind(new Teller(new Dice(telling), past: false).Bind("S", person).Knowing(person));
                    if (!teller.Can(template))
                        continue;
                    string sentence = teller.Tell(template).Text;
                    if (!sentence.Contains(person.Name, StringComparison.Ordinal))
                        wordings.TryAdd(sentence, fact);
                }
            }
        }

        return wordings;
    }
}
