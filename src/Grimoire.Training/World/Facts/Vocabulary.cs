namespace Grimoire.Training.Worlds;

/// <summary>Facts as tagged phrases, made once for each value.</summary>
internal static class Vocabulary
{
    private static readonly string[] Spelled =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
    ];

    private static readonly Word[][] Numbers = [.. Spelled.Select(number => (Word[])[new Word(number, Upos.NUM)])];

    private static readonly Word[] BestFriend = Lexicon.Phrase("best friend");

    /// <summary>A number from zero to twenty as a word.</summary>
    public static Word[] Number(int value) => Numbers[value];

    /// <summary><c>a silver flute</c>, the two words after the article being the thing.</summary>
    public static Word[] Treasure(string treasure, string article) =>
        [new Word(article, Upos.DET), .. Word.Entities(treasure, "THING", Upos.ADJ, Upos.NOUN)];

    public static Word[]? Phrase(string? text) => text is null ? null : Lexicon.Phrase(text);

    public static Word[] Landmark(string landmark) => Word.Entities(landmark, "LOC", Upos.PROPN);

    /// <summary>Binds the facts about a person that sentences may mention in passing.</summary>
    public static void BindFacts(Teller teller, Person person)
    {
        teller.Bind("home", person.Home.NameWords).Bind("landmark", Landmark(person.Home.Landmark));
        teller.BindCompanion("friend", person.Friend, person, BestFriend);
        teller.BindCompanion("sibling", person.Sibling, person, Lexicon.Phrase(person.SiblingWord)).Bind("siblinghome", person.Sibling.Home.NameWords);
        if (person.Work is { } work) teller.Bind("work", Lexicon.Phrase(work));
        if (person.Food is { } food) teller.Bind("food", Lexicon.Phrase(food));
        if (person.Door is { } door) teller.Bind("door", Lexicon.Phrase(door));
        if (person.Treasure is { } treasure) teller.Bind("treasure", Treasure(treasure, "a"));
        if (person.AnimalCount is { } count) teller.Bind("count", Number(count));
        if (person.Animals is { } animals) teller.Bind("animals", Lexicon.Phrase(animals));
    }
}
