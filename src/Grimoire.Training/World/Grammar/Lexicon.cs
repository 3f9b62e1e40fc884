namespace Grimoire.Training.Worlds;

/// <summary>
/// Every word that templates may use, under the part of speech it usually has (<c>word/TAG</c> in a template says otherwise). A word that stands nowhere here
/// is a mistake and is found when the templates are read.
/// </summary>
internal static class Lexicon
{
    private const string Adjectives = """
        able afraid alone angry asleep awake bad beautiful best better big blue born bright brown busy closed cold cool dark dear
        deep dusty early easy empty fallen famous far fast favourite fine foggy full glad golden good great green grey grumpy happy hard heavy
        hidden high hot hungry ill kind large last late little long loud low lucky many mine more most much near new nice noisy old orange other
        others own patient plain polite poor precious pretty proud purple quick quicker quiet rainy ready red right sad safe same second secret short
        single slow small soft sorry steady strange strong sudden sunny sure sweet tall thin tight tiny tired true unhappy warm weak welcome wet white
        whole wild windy wise wonderful worried worth wrong yellow young first next black few less fresh glass copper bronze capital longest reverse upper
        """;

    private const string Adpositions = """
        about above across after against around as at before behind below beneath beside between by during for from in inside into like near of off on
        onto over past since through till toward under until with without to
        """;

    private const string Adverbs = """
        again ahead aloud already also always angrily away back coldly down else enough ever everywhere forever hardly
        here how however kindly loudly maybe never now often once only out perhaps quickly quite rather really slowly so
        softly sometimes soon still just later outside upside there then together tomorrow tonight too twice north up very when where why yesterday yet
        northward today exactly certainly
        """;

    private const string Auxiliaries =
        "am are be been being can ca could did do does had has have is 'm 'll 're 've may might must shall should was were will wo would";

    private const string Coordinators = "and but or nor";

    private const string Determiners = "a all an another any both each every no some such the this these those which whichever half";

    private const string Interjections = "oh yes hello goodbye thanks please hi bye";

    private const string Nouns = """
        acorn afternoon age animal animals answer apple apples arm attic aunt autumn bag bags baker bang bank barn basket baskets bed bedtime bells bench bird
        birthday blanket boats box boy bowl branch bread breakfast breath bridge brother bun butter cake candle candles care carpenter cart cat cellar chair
        chapel cheese chest child children cloak clock clocks clouds coat coin coins colour corner cow crow crumb cup cupboard day days dog
        donkey door doorstep dust ear earth edge eggs elder end evening eye eyes fact facts family farmer fear feather feet fence field fields
        fire floor flour flower flowers food foot forest friend friends front fun garden gate ghost ghosts gift girl glue goat gold grandfather
        grandmother grass guest hand hands head heart hedge hill hills hole home honey hour house idea jar job joy kitchen kites knee
        kindness lake lamp lane lantern lanterns leaf leg legs letter letters life light lights line list living lunch magpie man market
        meadow meal men milk mill miller mind minute mirror mistake money moon morning mountain mouse mud storm time nail name names neighbour neighbours night
        nights noise noon north number numbers oak oats orchard owner painter pair path patience people person piece pieces place plate plates pocket
        pond pot potter pottery prize purse question questions race ribbon river road roof roofs rope roses salt school sea seller shelf shop shore
        side sign season sister smith sky snow song songs sort sound south spring stable stairs star steps stick stone stories story stove straw stranger
        street streets string sugar sum summer sun sunrise sunset supper surprise table tailor tale tales tea teacher tears thief thing
        things thread thunder tool tools top town trade trader treasure trees tree uncle village villages voice wall water wax way weather week
        weeks wind window winter woman women wood woods wool word words world yard year years south east west reader
        cakes plum onion pie pumpkin soup berry jam bean stew nut oat porridge cherry tart mushroom barley carrot pear toe minutes song
        berries alphabet book capitals case echo game journey list order stones valley
        """;

    private const string Numerals = """
        zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty
        """;

    private const string Particles = "not n't 's";

    private const string Pronouns = """
        he him his she her hers herself himself i it its me myself my none nobody everyone everybody everything nothing anyone anything someone something
        they their theirs them themselves us we our who whom whoever whose you your yours yourself what whatever
        """;

    private const string ProperNouns = "friday monday tuesday sunday grimoire velin english";

    private const string Subordinators = "because if although while that than whether though unless whereas";

    private const string OtherVerbs = """
        lays laid become became earns lived ago born worked wander washing forgive knows lies named called listens wins tastes reaches looks cost costs needs
        excuse mean means speaks keep keeping held prefer explain found forgiven happened happen owe choose feel hope sell sells sorted counted stands
        """;

    private static readonly Dictionary<string, Upos> Tags = Build();

    public static readonly Word Possessive = new("'s", Upos.PART, Joined: true);
    public static readonly Word She = new("she", Upos.PRON);
    public static readonly Word HerObject = new("her", Upos.PRON);
    public static readonly Word Her = new("her", Upos.PRON);
    public static readonly Word Herself = new("herself", Upos.PRON);
    public static readonly Word He = new("he", Upos.PRON);
    public static readonly Word Him = new("him", Upos.PRON);
    public static readonly Word His = new("his", Upos.PRON);
    public static readonly Word Himself = new("himself", Upos.PRON);

    /// <summary>A blank-separated phrase as words with their usual tags.</summary>
    public static Word[] Phrase(string text) => [.. text.Split(' ').SelectMany(Read)];

    /// <summary>One written word, which may be two words to a grammarian: <c>can't</c> is <c>ca</c> + <c>n't</c>.</summary>
    public static Word[] Read(string written)
    {
        if (written is "," or "." or ";" or ":" or "?" or "!" or "\"") return [new Word(written, Upos.PUNCT)];
        var slash = written.IndexOf('/');
        if (slash > 0) return [new Word(written[..slash], Enum.Parse<Upos>(written[(slash + 1)..]))];
        var cut = written.EndsWith("n't", StringComparison.Ordinal) ? written.Length - 3 : written.IndexOf('\'');
        if (cut <= 0) return [Known(written)];
        var (stem, ending) = (written[..cut], written[cut..]);
        var tag = ending == "'s" ? stem is "Let" or "let" ? Upos.PRON : Upos.AUX : Tags[ending];
        return [Known(stem), new Word(ending, tag, Joined: true)];
    }

    private static Word Known(string form) =>
        Tags.TryGetValue(form, out var tag) || Tags.TryGetValue(form.ToLowerInvariant(), out tag)
            ? new Word(form, tag)
            : char.IsAsciiDigit(form[0]) ? new Word(form, Upos.NUM) : throw new FormatException($"the word '{form}' stands in no list of Lexicon.cs");

    private static Dictionary<string, Upos> Build()
    {
        var tags = new Dictionary<string, Upos>(StringComparer.Ordinal);
        void Add(string words, Upos tag)
        {
            foreach (var word in words.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)) tags.TryAdd(word, tag);
        }

        Add(Auxiliaries, Upos.AUX);
        Add(Adpositions, Upos.ADP);
        Add(Adjectives, Upos.ADJ);
        Add(Adverbs, Upos.ADV);
        Add(Coordinators, Upos.CCONJ);
        Add(Determiners, Upos.DET);
        Add(Interjections, Upos.INTJ);
        Add(Nouns, Upos.NOUN);
        Add(Numerals, Upos.NUM);
        Add(Particles, Upos.PART);
        Add(Pronouns, Upos.PRON);
        Add(ProperNouns, Upos.PROPN);
        Add(Subordinators, Upos.SCONJ);
        Add(OtherVerbs, Upos.VERB);
        foreach (var word in Verbs.All.SelectMany(verb => verb.All)) tags.TryAdd(word.Form, word.Tag);
        foreach (var name in Names.Works.Concat(Names.Flock).Concat(Names.Products)) tags.TryAdd(name, Upos.NOUN);
        foreach (var colour in Names.Colours) tags.TryAdd(colour, Upos.ADJ);
        return tags;
    }
}
