using System.Text;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Tokenizers;

/// <summary>BPE training as the definition says it: count everything, merge the best pair everywhere, count everything again.</summary>
internal static class NaiveBpe
{
    /// <summary>The learnt pieces, a character for a byte.</summary>
    public static List<string> Train(string text, int size, int minFrequency)
    {
        List<List<int>> words = [];
        for (int at = 0, end; at < text.Length; at = end)
        {
            end = SplitPattern.Gpt4.NextEnd(text, at);
            words.Add([.. Encoding.UTF8.GetBytes(text[at..end]).Select(value => (int)value)]);
        }

        List<string> pieces = [.. Enumerable.Range(0, 256).Select(value => ((char)value).ToString())];
        while (pieces.Count < size)
        {
            Dictionary<(int, int), int> counts = [];
            foreach (List<int> word in words)
            {
                for (int i = 0; i + 1 < word.Count; i++)
                    counts[(word[i], word[i + 1])] = counts.GetValueOrDefault((word[i], word[i + 1])) + 1;
            }

            if (counts.Count == 0 || counts.Values.Max() < minFrequency)
                break;
            (int left, int right) = counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).First().Key;
            int known = pieces.IndexOf(pieces[left] + pieces[right]);
            if (known < 0)
                pieces.Add(pieces[left] + pieces[right]);
            foreach (List<int> word in words)
                Merge(word, left, right, known < 0 ? pieces.Count - 1 : known);
        }

        return pieces[256..];
    }

    private static void Merge(List<int> word, int left, int right, int merged)
    {
        for (int i = 0; i + 1 < word.Count; i++)
        {
            if (word[i] != left || word[i + 1] != right)
                continue;
            word[i] = merged;
            word.RemoveAt(i + 1);
        }
    }
}
