using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Grimoire.Models.Tokenizers;

/// <summary>How often each word of a text occurs, in ordinal order of the words.</summary>
internal sealed record WordCounts(IReadOnlyList<(string Word, long Count)> Words)
{
    private const int LongestWord = 1024;

    /// <summary>Counts with several threads, each in a table of its own; sums do not depend on who counted what.</summary>
    public static WordCounts Count(IEnumerable<string> documents, TokenizerOptions options, IProgress<TokenizerProgress>? progress, CancellationToken cancel)
    {
        var special = new AddedTokenMatcher(options.Special.Select(content => (content, new AddedToken(0, content))));
        var total = new Dictionary<string, long>(StringComparer.Ordinal);
        long characters = 0;
        try
        {
            Parallel.ForEach(
                Partitioner.Create(documents, EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = options.Threads > 0 ? options.Threads : -1 },
                () => new Dictionary<string, long>(StringComparer.Ordinal),
                (document, _, counts) =>
                {
                    CountDocument(document, special, options, counts);
                    progress?.Report(new TokenizerProgress("count", Interlocked.Add(ref characters, document.Length), 0));
                    return counts;
                },
                counts => AddTo(total, counts));
        }
        catch (AggregateException e) when (e.InnerException is GrimoireException inner)
        {
            ExceptionDispatchInfo.Throw(inner);
        }

        (string Word, long Count)[] words = [.. total.Select(entry => (entry.Key, entry.Value))];
        Array.Sort(words, (a, b) => string.CompareOrdinal(a.Word, b.Word));
        return new WordCounts(words);
    }

    private static void CountDocument(string document, AddedTokenMatcher special, TokenizerOptions options, Dictionary<string, long> counts)
    {
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> bySpan = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        bool characters = options.Kind == TokenizerKind.Character;
        for (int from = 0; from < document.Length;)
        {
            special.Next(document, from, out int start, out int end);
            ReadOnlySpan<char> text = document.AsSpan(from, start - from);
            for (int at = 0, next; at < text.Length; at = next)
            {
                next = characters ? NextCharacter(text, at) : NextWord(text, at, options.Pattern);
                CollectionsMarshal.GetValueRefOrAddDefault(bySpan, text[at..next], out _)++;
            }

            from = end;
        }
    }

    private static int NextCharacter(ReadOnlySpan<char> text, int at)
    {
        System.Text.Rune.DecodeFromUtf16(text[at..], out _, out int length);
        return at + length;
    }

    /// <summary>Very long words (a line of dashes, base pairs) are counted in stretches: their statistics stay, the memory does not grow.</summary>
    private static int NextWord(ReadOnlySpan<char> text, int at, SplitPattern pattern)
    {
        int end = pattern.NextEnd(text, at);
        if (end - at <= LongestWord)
            return end;
        return at + LongestWord - (char.IsHighSurrogate(text[at + LongestWord - 1]) ? 1 : 0);
    }

    private static void AddTo(Dictionary<string, long> total, Dictionary<string, long> counts)
    {
        lock (total)
        {
            foreach ((string word, long count) in counts)
                CollectionsMarshal.GetValueRefOrAddDefault(total, word, out _) += count;
        }
    }
}
