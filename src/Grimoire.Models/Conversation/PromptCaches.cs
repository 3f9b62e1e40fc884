using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>The prompt caches of several conversations: each request gets the one that holds most of its prompt already, and no two the same.</summary>
/// <param name="config">The model.</param>
/// <param name="most">How many are kept.</param>
/// <param name="type">How keys and values are kept.</param>
internal sealed class PromptCaches(ModelConfig config, int most, DType type)
{
    private readonly Lock gate = new();
    private readonly List<PromptCache> idle = []; // the least recently used first
    private int lent;

    /// <summary>Lends a cache, and says how many of the prompt's tokens it holds.</summary>
    public PromptCache Rent(ReadOnlySpan<int> prompt, out int held)
    {
        lock (gate)
        {
            lent++;
            (int best, held) = (-1, 0);
            for (int i = 0; i < idle.Count; i++)
            {
                int common = Math.Min(idle[i].Tokens.CommonPrefixLength(prompt), prompt.Length - 1);
                if (common > held)
                    (best, held) = (i, common);
            }

            // A cache that would lose most of what it holds belongs to another conversation: leave it as long as there is room.
            bool room = idle.Count + lent <= most;
            if (best >= 0 && room && 2 * held < idle[best].Tokens.Length)
                (best, held) = (-1, 0);
            if (best < 0 && (room || idle.Count == 0))
                return new PromptCache(config, type);
            PromptCache cache = idle[Math.Max(best, 0)];
            idle.Remove(cache);
            return cache;
        }
    }

    /// <summary>Takes a cache back, and lets the one go that was not used for longest if there are too many.</summary>
    public void Return(PromptCache cache)
    {
        lock (gate)
        {
            lent--;
            idle.Add(cache);
            if (idle.Count > most)
                idle.RemoveAt(0);
        }
    }
}
