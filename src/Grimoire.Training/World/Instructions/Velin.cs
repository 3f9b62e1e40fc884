namespace Grimoire.Training.Worlds;

/// <summary>
/// The invented language. A sentence is subject, object, verb; an adjective follows its noun; <c>-li</c> makes a noun plural and <c>-n</c> an
/// object; a verb takes <c>-ta</c> in the past and <c>-so</c> in the future, and <c>ne</c> before it denies it. Which root means what is drawn from the seed.
/// </summary>
internal sealed class Velin
{
    private static readonly string[] Nouns =
        "cat dog bird fox hare king queen boat bell star stone flower horse farmer baker sailor apple lamp goat owl cloud hill tree river".Split(' ');
    private static readonly string[] Adjectives = "small big old young red white happy brave".Split(' ');
    private static readonly string[] VerbNames = "see love find follow carry hear know want help call watch remember".Split(' ');
    private static readonly string[] NounRoots =
        "bela coru dosa elu fiva galo hari ilva joru kesa lumo mavi nelu orsa pilo quera rimo sava tolu uva vesi wena yaro zilu".Split(' ');
    private static readonly string[] AdjectiveRoots = "tir pel mon sul ket var dok bram".Split(' ');
    private static readonly string[] VerbRoots = "pasu telo vami noru siko lera bumi gado rilu kemo ashu dine".Split(' ');

    private readonly Dictionary<string, string> _roots = new(StringComparer.Ordinal);

    public Velin(ulong seed)
    {
        var dice = Dice.For(seed, "velin", Split.Train, 0);
        Give(Nouns, dice.Shuffle(NounRoots));
        Give(Adjectives, dice.Shuffle(AdjectiveRoots));
        Give(VerbNames, dice.Shuffle(VerbRoots));
    }

    private enum Tense
    {
        Present,
        Past,
        Future,
    }

    private sealed record NounPhrase(string Noun, bool Plural, string? Adjective);

    private sealed record Clause(NounPhrase Subject, string Verb, Tense Tense, bool Denied, NounPhrase Object);

    /// <summary>A sentence in both languages. The key is who does what to whom: a held-out sentence needs the grammar, not the memory.</summary>
    public (string Key, string English, string Foreign) Draw(Dice dice)
    {
        var clause = new Clause(DrawPhrase(dice), dice.Pick(VerbNames), (Tense)dice.Below(3), dice.Chance(20), DrawPhrase(dice));
        return ($"velin/{clause.Subject.Noun}/{clause.Verb}/{clause.Object.Noun}", English(clause), Foreign(clause));
    }

    /// <summary>A part of a sentence in both languages: a noun phrase as the subject or the object of one, or a verb.</summary>
    public (string English, string Foreign) DrawPart(Dice dice)
    {
        if (dice.Chance(60))
        {
            var phrase = DrawPhrase(dice);
            return ($"the {English(phrase)}", Foreign(phrase, dice.Chance(50) ? "n" : ""));
        }

        var (verb, tense, denied) = (dice.Pick(VerbNames), (Tense)dice.Below(3), dice.Chance(20));
        return (English(verb, tense, denied, plural: dice.Chance(50)), Foreign(verb, tense, denied));
    }

    private void Give(string[] meanings, string[] roots)
    {
        for (var i = 0; i < meanings.Length; i++) _roots[meanings[i]] = roots[i];
    }

    private static NounPhrase DrawPhrase(Dice dice) => new(dice.Pick(Nouns), dice.Chance(35), dice.Chance(50) ? dice.Pick(Adjectives) : null);

    private static string English(Clause clause) =>
        $"The {English(clause.Subject)} {English(clause.Verb, clause.Tense, clause.Denied, clause.Subject.Plural)} the {English(clause.Object)}.";

    private static string English(string name, Tense tense, bool denied, bool plural)
    {
        var verb = Verbs.Of(name);
        var plain = verb.Plain.Form;
        return (tense, denied) switch
        {
            (Tense.Future, true) => $"will not {plain}",
            (Tense.Future, false) => $"will {plain}",
            (Tense.Past, true) => $"did not {plain}",
            (_, true) => plural ? $"do not {plain}" : $"does not {plain}",
            (_, false) => verb.Finite(tense == Tense.Past, plural).Form,
        };
    }

    private static string English(NounPhrase phrase) =>
        (phrase.Adjective is { } adjective ? adjective + " " : "") + phrase.Noun + (!phrase.Plural ? "" : phrase.Noun == "fox" ? "es" : "s");

    private string Foreign(Clause clause) =>
        $"{Foreign(clause.Subject, "")} {Foreign(clause.Object, "n")} {Foreign(clause.Verb, clause.Tense, clause.Denied)}.";

    private string Foreign(string verb, Tense tense, bool denied) =>
        (denied ? "ne " : "") + _roots[verb] + (tense switch { Tense.Past => "ta", Tense.Future => "so", _ => "" });

    private string Foreign(NounPhrase phrase, string ending) =>
        _roots[phrase.Noun] + (phrase.Plural ? "li" : "") + ending + (phrase.Adjective is { } adjective ? " " + _roots[adjective] : "");
}
