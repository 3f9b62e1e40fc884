using System.Globalization;
using System.Numerics;
using Grimoire.Models.Tokenizers;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>
/// Chooses a model, a tokenizer and a schedule for somebody's text and patience, when nothing else is said. The choice is a function of the amount of text and
/// of the minutes alone, so that the same command means the same run.
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

    // A model may be this much larger than the best one for the work: too large costs less than too small by as much.
    private const double Slack = 1.4;

    // With more parameters per byte of text than this a model has learned the text by heart long before it has learned the language.
    private const double ParametersPerByte = 1;

    // The embedding of a small model's vocabulary must not crowd out its blocks.
    private const double ParametersPerPiece = 500;
    private const int SmallestVocabulary = 512;

    // Held-out text enough to tell two models apart, and little enough to be read in a minute.
    private const double HeldOutBytes = 1e6;
    private const double HeldOutShare = 0.1;

    private static readonly (int Layers, int Heads, int Channels, int Context)[] Sizes =
    [
        (3, 3, 96, 128), (4, 4, 128, 128), (5, 5, 160, 256), (6, 6, 192, 256), (6, 4, 256, 256),
        (8, 5, 320, 256), (8, 6, 384, 512), (10, 8, 512, 512), (12, 12, 768, 1024),
    ];

    /// <summary>The recipe for so much text and so many minutes.</summary>
    public static PretrainRecipe Recommend(CorpusSize text, double minutes)
    {
        bool characters = text.Bytes < 400_000;
        double tokens = characters ? text.Characters : text.Bytes / 3.5;
        double work = Rate * 60 * minutes;

        // Work = 6 · parameters · tokens seen, and no more parameters than the text can fill.
        double best = Math.Min(Slack * Math.Sqrt(work / (6 * TokensPerParameter)), ParametersPerByte * text.Bytes);
        int pieces = VocabularyFor(text.Bytes, best), vocabulary = characters ? 128 : pieces;
        (int layers, int heads, int channels, int longest) = Sizes.Last(s => s == Sizes[0] || Parameters(s, vocabulary) <= best);
        double epochs = work / (6 * Parameters((layers, heads, channels, longest), vocabulary)) / tokens;
        int context = (int)Math.Clamp(tokens / 20, 8, longest);
        return new PretrainRecipe
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"chosen for {text.Bytes:N0} bytes of text and {minutes:0.##} minutes"),
            Data = new DataSettings { ValidationFraction = Math.Min(HeldOutShare, HeldOutBytes / Math.Max(1, text.Bytes)) },
            Tokenizer = new TokenizerSettings
            {
                Kind = characters ? TokenizerKind.Character : TokenizerKind.Bytes,
                Vocabulary = pieces,
            },
            Optimizer = new OptimizerSettings { Kind = OptimizerKind.Muon, LearningRate = LearningRate(channels), MinimumLearningRate = 1e-4 },
            Model = new ModelSettings
            {
                Family = ModelFamily.Llama,
                Layers = layers,
                Heads = heads,
                Channels = channels,
                Context = context,
                Tied = true,
                Dropout = epochs > Epochs ? 0.2 : epochs > Epochs / 2 ? 0.1 : 0,
            },
            Batch = Math.Clamp(4096 / context, 4, 64),
            Steps = null,
            Minutes = minutes,
        };
    }

    /// <summary>The peak learning rate of Muon for a model so wide.</summary>
    public static double LearningRate(int channels) => channels <= 256 ? 6e-3 : 3e-3;

    private static int VocabularyFor(long bytes, double parameters)
    {
        int forText = bytes switch
        {
            < 2_000_000 => 1024,
            < 8_000_000 => 2048,
            < 40_000_000 => 4096,
            < 400_000_000 => 8192,
            _ => 16384,
        };
        int forModel = (int)BitOperations.RoundUpToPowerOf2((uint)(parameters / ParametersPerPiece / 2) + 1);
        return Math.Clamp(forModel, SmallestVocabulary, forText);
    }

    private static double Parameters((int Layers, int Heads, int Channels, int Context) size, int vocabulary) =>
        (12.0 * size.Layers * size.Channels * size.Channels) + ((double)vocabulary * size.Channels);
}
