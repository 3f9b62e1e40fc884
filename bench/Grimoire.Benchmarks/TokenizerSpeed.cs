using System.Diagnostics;
using System.Text;
using Grimoire.Cli.Bench;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Benchmarks;

/// <summary>How fast vocabularies turn a text into ids on one thread, by the processor's time, so that other work on the machine counts less.</summary>
internal static class TokenizerSpeed
{
    private const int Rounds = 5;

    /// <summary>Prints for each vocabulary the megabytes a second, the median of some rounds; the first pass over the text is shown too.</summary>
    /// <param name="path">A text, or a folder of them.</param>
    /// <param name="vocabularies">What <see cref="Tokenizer.Load"/> opens.</param>
    public static void Report(string path, IEnumerable<string> vocabularies)
    {
        string[] files = Directory.Exists(path) ? [.. Directory.GetFiles(path, "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [path];
        string[] texts = [.. files.Select(File.ReadAllText)];
        double bytes = texts.Sum(text => (double)Encoding.UTF8.GetByteCount(text));
        Measurement.Print($"{bytes / 1e6:F1} MB in {texts.Length} texts");
        List<int> ids = new((int)bytes / 2);
        foreach (string vocabulary in vocabularies)
        {
            long start = Stopwatch.GetTimestamp();
            Tokenizer tokenizer = Tokenizer.Load(vocabulary);
            double loading = Stopwatch.GetElapsedTime(start).TotalMilliseconds, first = Seconds();
            List<double> seconds = [.. Enumerable.Range(0, Rounds).Select(_ => Seconds())];
            Measurement.Print($"{Path.GetFileName(vocabulary),-28} {tokenizer.VocabularySize,7} pieces, opened in {loading,5:F0} ms: {bytes / 1e6 / Spread.Of(seconds).Median,6:F1} MB/s (first pass {bytes / 1e6 / first:F1}), {bytes / ids.Count:F2} bytes a token");

            double Seconds()
            {
                ids.Clear();
                TimeSpan began = Environment.CpuUsage.TotalTime;
                foreach (string text in texts)
                    tokenizer.Encode(text, ids);
                return (Environment.CpuUsage.TotalTime - began).TotalSeconds;
            }
        }
    }
}
