namespace Grimoire.Training.Worlds;

/// <summary>What a plot may turn on.</summary>
internal static class Props
{
    public static readonly Word[][] Small = List("ring key hat spoon book ball scarf map letter rope whistle comb needle shawl button brush hammer blanket", Upos.NOUN);

    public static readonly Word[][] Breakable = List("kite lantern drum cup doll boat bell clock chair ladder mirror box jar bucket saddle basket ladle", Upos.NOUN);

    public static readonly Word[][] Things = [.. Small, .. Breakable];

    public static readonly Word[][] Gifts = List("kite lantern drum cup doll boat bell clock mirror box basket book ball scarf whistle comb shawl ring", Upos.NOUN);

    public static readonly Word[][] Wild = List("""
        fox hare owl hedgehog swan badger deer otter crow kitten puppy lamb foal duckling squirrel goat raven mole wren robin frog stork
        """, Upos.NOUN);

    public static readonly Word[][] Dishes = [.. Names.Foods.Select(Lexicon.Phrase)];

    public static readonly Word[][] Prizes = List("cup medal goose ribbon drum bell feather wheel mask banner trumpet wreath", Upos.NOUN);

    public static readonly Word[][] Skills = List("swim dance whistle knit sew juggle read write paint ride sail fish sing bake climb carve", Upos.VERB);

    public static readonly Word[][] Gathered = List("berries apples pears nuts mushrooms shells roses plums cherries acorns stones feathers reeds ferns daisies", Upos.NOUN);

    private static Word[][] List(string text, Upos tag) =>
        [.. text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(form => (Word[])[new Word(form, tag)])];
}
