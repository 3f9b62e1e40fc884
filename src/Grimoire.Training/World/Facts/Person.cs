namespace Grimoire.Training.Worlds;

/// <summary>
/// One person and what is true of them. Null means never told: nothing in the world says it, and the answer to a question is "I don't know."
/// </summary>
public sealed class Person
{
    private Word[]? _fullName;

    internal Person(string name, string surname, bool isWoman, Split split)
    {
        Name = name;
        Surname = surname;
        IsWoman = isWoman;
        Split = split;
        NameWord = new Word(name, Upos.PROPN, "B-PER");
    }

    /// <summary>The given name; no two people share it.</summary>
    public string Name { get; }

    /// <summary>The family's name; brothers and sisters share it.</summary>
    public string Surname { get; }

    /// <summary>Whether "she" is meant, else "he".</summary>
    public bool IsWoman { get; }

    /// <summary>
    /// Train for the residents, of whom all text tells. Validation and Test for the newcomers, whose facts stand only in
    /// <see cref="World.Documents"/>: what is answered about them was read there and not remembered.
    /// </summary>
    public Split Split { get; }

    /// <summary>The village they live in.</summary>
    public Place Home { get; internal set; } = null!;

    /// <summary>The one brother or sister.</summary>
    public Person Sibling { get; internal set; } = null!;

    /// <summary>The best friend; not always the other way round.</summary>
    public Person Friend { get; internal set; } = null!;

    /// <summary>What they do for a living: <c>baker</c>.</summary>
    public string? Work { get; internal set; }

    /// <summary>What they like to eat most: <c>plum cake</c>.</summary>
    public string? Food { get; internal set; }

    /// <summary>The colour of their door.</summary>
    public string? Door { get; internal set; }

    /// <summary>Years since birth, 18 to 80.</summary>
    public int? Age { get; internal set; }

    /// <summary>The one precious thing they own, like no other: <c>silver flute</c>.</summary>
    public string? Treasure { get; internal set; }

    /// <summary>Where the treasure lies: <c>under the bed</c>.</summary>
    public string? Hideaway { get; internal set; }

    /// <summary>The animals they keep, in the plural: <c>geese</c>.</summary>
    public string? Animals { get; internal set; }

    /// <summary>How many of them, 2 to 12.</summary>
    public int? AnimalCount { get; internal set; }

    internal Word NameWord { get; }

    internal Word[] FullNameWords => _fullName ??= Word.Entities($"{Name} {Surname}", "PER", Upos.PROPN);

    internal string SiblingWord => Sibling.IsWoman ? "sister" : "brother";

    internal Word Pronoun(string form) => (form, IsWoman) switch
    {
        ("he", true) => Lexicon.She,
        ("him", true) => Lexicon.HerObject,
        ("his", true) => Lexicon.Her,
        ("himself", true) => Lexicon.Herself,
        ("he", false) => Lexicon.He,
        ("him", false) => Lexicon.Him,
        ("his", false) => Lexicon.His,
        ("himself", false) => Lexicon.Himself,
        _ => throw new FormatException($"'{form}' is no pronoun: he, him, his or himself"),
    };

    /// <summary>The full name.</summary>
    public override string ToString() => $"{Name} {Surname}";
}

/// <summary>One village and what is true of it; all of it is told.</summary>
public sealed class Place
{
    internal Place(string name)
    {
        Name = name;
        NameWords = Word.Entities(name, "LOC", Upos.PROPN);
    }

    /// <summary>The name; no two villages share it.</summary>
    public string Name { get; }

    /// <summary>The lake, hill or wood it lies near.</summary>
    public string Landmark { get; internal set; } = "";

    /// <summary>What it is known for: <c>honey</c>.</summary>
    public string Product { get; internal set; } = "";

    /// <summary>When its feast is held: <c>late spring</c>.</summary>
    public string Feast { get; internal set; } = "";

    /// <summary>The village that lies north of it; they form a ring.</summary>
    public Place North { get; internal set; } = null!;

    /// <summary>The resident who speaks for the village and lives in it.</summary>
    public Person? Elder { get; internal set; }

    internal Word[] NameWords { get; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
