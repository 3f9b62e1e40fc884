namespace Grimoire.Models.Chat.Jinja;

/// <summary>The items of a value, as a loop sees them: characters of a text, keys of a mapping.</summary>
internal static class Iteration
{
    public static IReadOnlyList<Value> Items(Value value, Execution run) => value switch
    {
        Sequence sequence => sequence.Items,
        Map map => [.. map.Entries.Select(entry => entry.Key)],
        Text text => Characters(text, run),
        Undefined => [],
        _ => throw run.Error($"a {value.Kind} has no items to go through"),
    };

    private static Value[] Characters(Text text, Execution run)
    {
        int[] starts = Python.CharacterStarts(text.Chars);
        run.MakeItems(starts.Length);
        var characters = new Value[starts.Length - 1];
        for (int i = 0; i < characters.Length; i++)
            characters[i] = text.Slice(starts[i], starts[i + 1]);
        return characters;
    }
}
