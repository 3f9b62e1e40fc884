using System.Text;
using Grimoire.Models.Tokenizers;
using Grimoire.Training.Worlds;

namespace Grimoire.Cli.Bench;

/// <summary>Text into token ids, on one thread.</summary>
internal static class EncodingSpeed
{
    private const double LeastSeconds = 0.25;
    private const int Stories = 400, Pieces = 1024;

    /// <summary>The benchmark of a vocabulary.</summary>
    public static Benchmark Of(Tokenizer tokenizer, IReadOnlyList<string> texts)
    {
        double megabytes = texts.Sum(text => (double)Encoding.UTF8.GetByteCount(text)) / 1e6;
        List<int> ids = [];
        return new($"encode {Numbers.Fixed(megabytes, 1)} MB of text", "MB/s", 1, cancellation => Pace.Of(LeastSeconds, () =>
        {
            ids.Clear();
            foreach (string text in texts)
            {
                cancellation.ThrowIfCancellationRequested();
                tokenizer.Encode(text, ids);
            }

            return megabytes;
        }, cancellation));
    }

    /// <summary>What a text file or a folder of them holds, or, where none is given, stories that are told here.</summary>
    /// <exception cref="GrimoireException">There is no text.</exception>
    public static IReadOnlyList<string> Texts(string? path)
    {
        if (path is null)
            return [.. World.Of(1).Pretraining(Split.Train).Take(Stories)];
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new GrimoireException($"{path}: there is no such file or folder; give --text a text file or a folder of .txt files.");
        string[] files = File.Exists(path) ? [path] : [.. Directory.GetFiles(path, "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        string[] texts = [.. files.Select(File.ReadAllText).Where(text => text.Length > 0)];
        return texts.Length > 0 ? texts : throw new GrimoireException($"{path}: there is no text in it; give --text a text file or a folder of .txt files.");
    }

    /// <summary>A vocabulary of byte pairs, raised on the texts, for a machine that has none.</summary>
    public static Tokenizer Raise(IReadOnlyList<string> texts) => TokenizerTrainer.Train(texts, new TokenizerOptions { VocabularySize = Pieces });
}
