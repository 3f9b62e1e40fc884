namespace Grimoire.Training.Worlds;

/// <summary>The forms of one verb, as words.</summary>
internal sealed record VerbForms(Word Plain, Word Third, Word Past, Word PastPlural, Word Participle, Word Gerund)
{
    public Word Finite(bool past, bool plural) => (past, plural) switch
    {
        (true, false) => Past,
        (true, true) => PastPlural,
        (false, true) => Plain,
        (false, false) => Third,
    };

    public IEnumerable<Word> All => [Plain, Third, Past, Participle, Gerund];
}

/// <summary>Every verb the stories may bend: regular ones by rule, the others by table (base, past, participle).</summary>
internal static class Verbs
{
    private const string Regular = """
        add answer arrive ask believe belong borrow burn call carry cheer clean count creak cross cry decide drop dry fail follow gather
        hum jump knock laugh like listen live look love mend miss move need notice open own paint pass pick plan practise promise pull
        quarrel rain reach remember roll search shout show slip smell smile start stay step stir stop talk taste thank touch try turn use
        wait walk want watch wonder work visit learn cook worry change help bake dance climb juggle sew whistle sail fish
        name close share serve invite play pack repeat copy sort reverse
        """;

    private const string Irregular = """
        begin began begun, blow blew blown, break broke broken, bring brought brought, buy bought bought, come came come, do did done,
        eat ate eaten, fall fell fallen, find found found, forget forgot forgotten, get got got, give gave given,
        go went gone, grow grew grown, hear heard heard, hide hid hidden, hold held held, hurt hurt hurt, keep kept kept,
        know knew known, lead led led, leave left left, let let let, lie lay lain, light lit lit, lose lost lost, make made made,
        meet met met, pay paid paid, put put put, rise rose risen, run ran run, say said said, see saw seen, set set set, shut shut shut,
        sing sang sung, sit sat sat, sleep slept slept, stand stood stood, take took taken, teach taught taught, tell told told,
        think thought thought, throw threw thrown, wake woke woken, win won won, write wrote written, swim swam swum, read read read,
        ride rode ridden, knit knitted knitted, carve carved carved, speak spoke spoken, build built built, cost cost cost
        """;

    /// <summary>Verbs whose last letter doubles before -ed and -ing.</summary>
    private static readonly HashSet<string> Doubling = new(StringComparer.Ordinal)
    {
        "drop", "hum", "plan", "slip", "step", "stir", "stop", "begin", "forget", "get", "let", "put", "run", "set", "shut", "sit", "win", "swim", "knit",
    };

    private static readonly Dictionary<string, VerbForms> Table = Build();

    public static IEnumerable<VerbForms> All => Table.Values;

    public static VerbForms Of(string plain) =>
        Table.TryGetValue(plain, out var forms) ? forms : throw new FormatException($"the verb '{plain}' stands in no table of Verbs.cs");

    private static Dictionary<string, VerbForms> Build()
    {
        var table = new Dictionary<string, VerbForms>(StringComparer.Ordinal)
        {
            ["be"] = Make("be", "is", "was", "been", Upos.AUX) with { Plain = new("are", Upos.AUX), PastPlural = new("were", Upos.AUX) },
            ["have"] = Make("have", "has", "had", "had", Upos.AUX),
            ["have/VERB"] = Make("have", "has", "had", "had", Upos.VERB),
            ["do"] = Make("do", "does", "did", "done", Upos.AUX),
            ["can"] = Make("can", "can", "could", "could", Upos.AUX),
        };
        foreach (var verb in Regular.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
            table[verb] = Make(verb, Third(verb), Past(verb), Past(verb), Upos.VERB);
        foreach (var line in Irregular.Split(',', StringSplitOptions.TrimEntries))
        {
            var forms = line.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
            table.TryAdd(forms[0], Make(forms[0], Third(forms[0]), forms[1], forms[2], Upos.VERB));
        }
        return table;
    }

    private static VerbForms Make(string plain, string third, string past, string participle, Upos tag) =>
        new(new(plain, tag), new(third, tag), new(past, tag), new(past, tag), new(participle, tag), new(Gerund(plain), tag));

    private static string Third(string verb) =>
        EndsInConsonantY(verb) ? verb[..^1] + "ies" :
        verb is "go" or "do" || verb[^1] is 's' or 'x' || verb[^2..] is "ch" or "sh" ? verb + "es" :
        verb + "s";

    private static string Past(string verb) =>
        EndsInConsonantY(verb) ? verb[..^1] + "ied" :
        verb[^1] == 'e' ? verb + "d" :
        Doubled(verb) + "ed";

    private static string Gerund(string verb) =>
        verb is "lie" ? "lying" :
        verb[^1] == 'e' && verb is not ("see" or "be") ? verb[..^1] + "ing" :
        Doubled(verb) + "ing";

    private static string Doubled(string verb) => Doubling.Contains(verb) ? verb + verb[^1] : verb;

    private static bool EndsInConsonantY(string verb) => verb[^1] == 'y' && !"aeiou".Contains(verb[^2]);
}
