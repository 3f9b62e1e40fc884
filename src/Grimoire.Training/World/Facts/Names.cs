namespace Grimoire.Training.Worlds;

/// <summary>What the facts are made of. Some names are also words (Rose, Robin, Winter): a tagger has to read the sentence.</summary>
internal static class Names
{
    public static readonly string[] Women = List("""
        Mira Lena Rose Hazel Ivy Nora Elsa Tilda Wren Ada Greta Maud Petra Sela Runa Dina Fern Lotte Hanna Vera Alma Edda Ines Juno
        Kaia Liv Mona Nell Orla Pia Romy Sora Thea Una Willa Yara Zora Britta Clara Daisy Edith Flora Gwen Hilda Ingrid Jane Karin Lucy
        """);

    public static readonly string[] Men = List("""
        Tobin Reed Oskar Finn Emil Hugo Jonas Karl Leo Max Nils Otto Paul Rolf Sven Theo Ulf Viktor Wim Arlo Bram Cole Dirk Edgar
        Felix Gus Hans Ivo Jasper Kurt Lars Milo Ned Owen Piet Quinn Robin Stefan Tom Anton Vito Walt Ansel Bruno Casper Dario Enzo Frank
        """);

    public static readonly string[] Surnames = List("Holt Brook Marsh Ashby Lund Thorne Vale Winter Moss Fisher Barrow Hale Finch Rowan Stone Weaver");

    public static readonly string[] Places = Lines("""
        Alderwick, Brindle, Cairnby, Dunmere, Elmstead, Farrow, Glenhope, Harrowby,
        Inverley, Kestrel Bay, Larkhill, Mosswell, Orchard End, Pinewater, Ravensford, Silverton
        """);

    public static readonly string[] Landmarks = Lines("""
        Heron Lake, Amber Hill, Fox Wood, Mill River, Swan Pond, Thunder Rock, Willow Marsh, Eagle Peak,
        Misty Valley, Copper Cave, Whisper Bridge, Lonely Tower, Bear Forest, Salt Shore, Crow Cliff, Honey Meadow
        """);

    public static readonly string[] Products = List("honey cheese lanterns baskets bells wool apples boats candles pottery songs roses bread kites clocks salt");

    public static readonly string[] Feasts = Lines("early spring, late spring, early summer, late summer, early autumn, late autumn, early winter, late winter");

    public static readonly string[] Works = List("""
        baker fisher weaver smith teacher gardener shepherd miller carpenter doctor
        tailor painter potter sailor farmer beekeeper clockmaker singer shoemaker librarian
        """);

    public static readonly string[] Foods = Lines("""
        plum cake, onion soup, honey bread, apple pie, pumpkin soup, berry jam, bean stew, nut bread,
        fish pie, oat porridge, cherry tart, mushroom stew, barley soup, cheese pie, carrot cake, pear tart
        """);

    public static readonly string[] Colours = List("red blue green yellow white black orange purple grey brown");

    public static readonly string[] Flock = List("geese hens goats sheep cows rabbits ducks pigs cats dogs donkeys ponies");

    public static readonly string[] Hideaways = Lines("""
        under the bed, behind the stove, in the attic, in the cellar, on the top shelf, inside the clock, beneath the stairs,
        behind the mirror, in the barn, in a blue jar, under the doorstep, in the old chest
        """);

    public static readonly string[] Materials = List("silver golden copper glass wooden bronze crystal marble");

    public static readonly string[] Treasures = List("flute harp compass goblet crown brooch telescope violin hourglass medallion thimble figurine");

    public static readonly string[] Numbers = List("zero one two three four five six seven eight nine ten eleven twelve");

    /// <summary>The word that must never be told; none of these is said anywhere else.</summary>
    public static readonly string[] Secrets = List("amberlight moonkettle thistledown starfennel quillhaven emberveil frostpetal larkspire");

    private static string[] List(string text) => text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    private static string[] Lines(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
