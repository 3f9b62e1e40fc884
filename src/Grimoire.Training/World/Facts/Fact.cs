namespace Grimoire.Training.Worlds;

/// <summary>One fact: of a subject, an attribute has a value. Without a value the fact was never told.</summary>
public sealed class Fact
{
    private readonly (string Slot, Word[] Words)[] _others;

    internal Fact(Person person, Attribute attribute, Word[]? value, params (string, Word[])[] others)
        : this(person.Name, [person.NameWord], attribute, value, others) => Person = person;

    internal Fact(Place place, Attribute attribute, Word[]? value)
        : this(place.Name, place.NameWords, attribute, value, []) => Place = place;

    private Fact(string subject, Word[] subjectWords, Attribute attribute, Word[]? value, (string, Word[])[] others)
    {
        (Subject, SubjectWords, About, ValueWords, _others) = (subject, subjectWords, attribute, value, others);
        Value = value is null ? null : Bare(value);
    }

    /// <summary>The name of the person or place.</summary>
    public string Subject { get; }

    /// <summary>What is told: <c>home</c>, <c>work</c>, <c>food</c>, <c>door</c>, <c>age</c>, <c>animals</c>, <c>treasure</c>, …</summary>
    public string Attribute => About.Name;

    /// <summary>The value: <c>Alderwick</c>, <c>baker</c>, <c>silver flute</c>, …; null where it was never told.</summary>
    public string? Value { get; }

    /// <summary>What the fact is about, as text: splits are decided by it.</summary>
    public string Key => $"{Attribute}/{Subject}";

    internal Attribute About { get; }

    internal Person? Person { get; }

    internal Place? Place { get; }

    internal Word[] SubjectWords { get; }

    internal Word[]? ValueWords { get; }

    /// <summary>Binds the value and what else the sentences about it name.</summary>
    internal Teller Bind(Teller teller)
    {
        teller.Bind("v", ValueWords);
        foreach (var (slot, words) in _others) teller.Bind(slot, words);
        return teller;
    }

    /// <summary>The value without its article.</summary>
    private static string Bare(Word[] words) => Word.Join(words[0].Tag == Upos.DET ? words.AsSpan(1) : words);

    /// <summary>Subject, attribute and value.</summary>
    public override string ToString() => $"{Subject}: {Attribute} = {Value ?? "?"}";

    internal static IEnumerable<Fact> Of(Person person)
    {
        var treasure = person.Treasure is { } thing ? Vocabulary.Treasure(thing, "the") : null;
        yield return new(person, Attributes.Home, person.Home.NameWords);
        yield return new(person, Attributes.Work, Vocabulary.Phrase(person.Work));
        yield return new(person, Attributes.Food, Vocabulary.Phrase(person.Food));
        yield return new(person, Attributes.Door, Vocabulary.Phrase(person.Door));
        yield return new(person, Attributes.Age, Vocabulary.Phrase(person.Age?.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        yield return new(person, Attributes.Animals, Vocabulary.Phrase(person.Animals));
        if (person.Animals is { } animals) yield return new(person, Attributes.Count, Vocabulary.Number(person.AnimalCount!.Value), ("animals", Lexicon.Phrase(animals)));
        yield return new(person, Attributes.Treasure, person.Treasure is { } owned ? Vocabulary.Treasure(owned, "a") : null);
        if (treasure is not null)
        {
            yield return new(person, Attributes.Owner, [person.NameWord], ("treasure", treasure));
            yield return new(person, Attributes.Hideaway, Vocabulary.Phrase(person.Hideaway), ("treasure", treasure));
        }
        yield return new(person, Attributes.Sibling, [person.Sibling.NameWord], ("kin", Lexicon.Phrase(person.SiblingWord)));
        yield return new(person, Attributes.Friend, [person.Friend.NameWord]);
    }

    internal static IEnumerable<Fact> Of(Place place)
    {
        yield return new(place, Attributes.Landmark, Vocabulary.Landmark(place.Landmark));
        yield return new(place, Attributes.Product, Vocabulary.Phrase(place.Product));
        yield return new(place, Attributes.Feast, Vocabulary.Phrase(place.Feast));
        yield return new(place, Attributes.North, place.North.NameWords);
        if (place.Elder is { } elder) yield return new(place, Attributes.Elder, [elder.NameWord]);
    }
}
