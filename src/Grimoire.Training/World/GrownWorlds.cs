using System.Collections.Concurrent;

namespace Grimoire.Training.Worlds;

/// <summary>Worlds that were grown before, for those who come with a seed alone. Few are kept, as a file may name any number of seeds.</summary>
internal static class GrownWorlds
{
    private const int Most = 16;
    private static readonly ConcurrentDictionary<ulong, World> Grown = new();

    public static World Of(ulong seed)
    {
        if (Grown.Count >= Most && !Grown.ContainsKey(seed)) Grown.Clear();
        return Grown.GetOrAdd(seed, static seed => new World(seed));
    }
}
