namespace Grimoire.Training.Worlds;

/// <summary>Phrases that any sentence may draw: <c>{weather}</c> in a template becomes one of its lines.</summary>
internal static class Rules
{
    private static readonly Dictionary<string, string> Sources = new(StringComparer.Ordinal)
    {
        ["time"] = """
            one (cold|warm|bright|grey|quiet) (morning|evening|afternoon)
            one (windy|rainy|sunny|foggy) day
            early/ADV in the (spring|summer|autumn|winter)
            (just|long/ADV) after (breakfast|supper|lunch)
            one (morning|evening) in the (spring|summer|autumn|winter)
            on (market day|the day of the feast/NOUN)
            at (sunrise|noon|sunset)
            """,
        ["later"] = """
            after a while/NOUN
            a little/ADV later
            soon
            before long/ADV
            in the end
            at last
            (an|one) hour later
            """,
        ["size"] = """
            small
            little
            big
            tiny
            large
            """,
        ["look"] = """
            old
            new
            (red|blue|green|yellow|white)
            small (red|blue|green)
            plain
            pretty
            dusty
            little old
            """,
        ["glad"] = """
            glad
            happy
            proud
            full of joy
            so happy that {A.he} <laugh> (aloud|out loud)
            """,
        ["sad"] = """
            sad
            sorry
            unhappy
            worried
            close to tears
            """,
        ["kindly"] = """
            kindly
            softly
            with a smile/NOUN
            in a (soft|low|warm) voice
            """,
        ["near"] = """
            by the (river|well/NOUN|mill|bridge|gate)
            near the (old oak|stone wall|chapel|market)
            in the (garden|meadow|yard|lane|orchard)
            """,
        ["way"] = """
            at the (mill|bridge|river)
            near the (old oak|stone wall|chapel)
            on the (bridge|hill)
            half way
            """,
        ["nook"] = """
            under the (bench|table|bridge|hedge)
            behind the (door|barn|stove|fence)
            in the (attic|cellar|stable|tall grass)
            beside the (well/NOUN|gate|pond|stairs)
            on top of the (cupboard|wall|roof)
            """,
        ["moral"] = """
            A (friend|neighbour) who (listens|helps) is worth more than gold.
            It is better to ask than to wander alone.
            (Small|Little) hands can do great things.
            What is shared tastes twice as good.
            Who looks with patience finds in the end.
            """,
        ["joy"] = """
            That (night|evening), {A} <sleep> well/ADV.
            {A} <smile> all the way home/ADV.
            {A} <be> {glad}.
            And {A} never <forget> that day.
            From that day on, {A:name} and {B:name} often <talk+> about it.
            {A} <go> to bed tired but happy.
            {A} <thank> {B:him} (again and again|with all {A.his} heart).
            [As the people of {home} say:] {moral}
            """,
    };

    private static readonly Dictionary<string, Template[]> Parsed = new(StringComparer.Ordinal);

    /// <summary>The alternatives of a rule, or null where the name is a slot to be bound.</summary>
    public static Template[]? Find(string name)
    {
        if (!Sources.TryGetValue(name, out var source)) return null;
        lock (Parsed)
        {
            if (Parsed.TryGetValue(name, out var known)) return known;
            return Parsed[name] = Template.Lines(source);
        }
    }
}
