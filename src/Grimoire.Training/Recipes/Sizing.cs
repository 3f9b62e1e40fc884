using Grimoire.Models.Tokenizers;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>
/// Chooses a model, a tokenizer and a schedule for somebody's text and patience, when nothing else is said. The choice is a function of
/// the amount of text and of the minutes alone, so that the same command means the same run.
/// </summary>
public static class Sizing
{
    /// <summary>Minutes of training where no budget is given.</summary>
    public const double DefaultMinutes = 10;

    // What two ordinary cores sustain in training, in operations a second; only the order of magnitude matters here, because the number of steps is measured.
    private const double Rate = 1.5e11;

    // Tokens per parameter for the best loss of a given amount of work (Hoffmann et al. 2022, arXiv:2203.15556).
    private const double TokensPerParameter = 20;

    // More rounds than this over the same text teach little but the text by heart (Muennighoff et al. 2023, arXiv:2305.16264).
    private const double Epochs = 8;

    private static readonly (int Layers, int Heads, int Channels, int Context)[] Sizes =
    [
        (3, 3, 96, 128), (4, 4, 128, 128), (5, 5, 160, 256), (6, 6, 192, 256), (6, 4, 256, 256),
        (8, 5, 320, 256), (8, 6, 384, 512), (10, 8, 512, 512), (12, 12, 768, 1024),
    ];

    /// <summary>The recipe for so much text and so many minutes.</summary>
    public static PretrainRecipe Recommend(CorpusSize text, double minutes)
    {
        bool characters = text.Bytes < 400_000;
        int vocabulary = VocabularyFor(text.Bytes);
        double tokens = characters ? text.Characters : text.Bytes / 3.5;
        double work = Rate * 60 * minutes;

        // Work = 6 · parameters · tokens; the tokens are limited by the text.
        double parameters = Math.Sqrt(work / (6 * TokensPerParameter));
        (int layers, int heads, int channels, int context) = Sizes.Last(s => s == Sizes[0] || Parameters(s, characters ? 128 : vocabulary) <= parameters);
        double epochs = work / (6 * Parameters((layers, heads, channels, context), characters ? 128 : vocabulary)) / tokens;
        return new PretrainRecipe
        {
            Description = $"chosen for {text.Bytes:N0} bytes of text and {minutes:0.##} minutes",
            Tokenizer = new TokenizerSettings { Kind = characters ? TokenizerKind.Character : TokenizerKind.Bytes, Vocabulary = vocabulary },
            Model = new ModelSettings
            {
                Family = ModelFamily.Llama,
                Layers = layers,
                Heads = heads,
                Channels = channels,
                Context = (int)Math.Min(context, Math.Max(16, tokens / 20)),
                Tied = true,
                Dropout = epochs > Epochs ? 0.2 : epochs > Epochs / 2 ? 0.1 : 0,
            },
            Batch = Math.Max(4, 4096 / context),
            Steps = null,
            Minutes = minutes,
        };
    }

    private static int VocabularyFor(long bytes) => bytes switch
    {
        < 2_000_000 => 1024,
        < 8_000_000 => 2048,
        < 40_000_000 => 4096,
        < 400_000_000 => 8192,
        _ => 16384,
    };

    private static double Parameters((int Layers, int Heads, int Channels, int Context) size, int vocabulary) =>
        (12.0 * size.Layers * size.Channels * size.Channels) + ((double)vocabulary * size.Channels);
}
