using System.Text;
using Grimoire.Models;
using Grimoire.Training.Worlds;

namespace Grimoire.Cli.Commands;

/// <summary>What a quantised model is calibrated with and measured on, as tokens, and what they are called. The two never overlap.</summary>
/// <param name="Calibration">Null where nothing was given.</param>
/// <param name="CalibrationName">The file.</param>
/// <param name="Measured">Null where nothing can be measured.</param>
/// <param name="MeasuredName">Where these come from.</param>
/// <param name="WhyNot">Why nothing is measured.</param>
internal sealed record QuantizationTexts(int[]? Calibration, string CalibrationName, int[]? Measured, string MeasuredName, string WhyNot = "")
{
    private const int HeldOutShare = 10;
    private const ulong WorldSeed = 1;

    /// <summary>Reads the files that were given, or makes a text up.</summary>
    /// <exception cref="GrimoireException">A file is missing, empty or no text, or the model has no tokenizer to read one with.</exception>
    public static QuantizationTexts Read(LanguageModel? model, string? calibrate, string? text, int tokens)
    {
        if (model is null && (calibrate ?? text) is { } file)
            throw new GrimoireException($"{file}: the model has no tokenizer to read this text with; leave it out.");
        int[]? calibration = calibrate is null ? null : Encoded(model!, calibrate);
        string name = calibrate ?? "";
        if (model is null || tokens == 0 || !model.Config.Head || !model.Config.Causal)
        {
            string why = model is null ? "the model has no tokenizer" : tokens == 0 ? "--tokens is 0" : "this model does not foretell tokens";
            return new(calibration, name, null, "", why);
        }

        if (text is not null)
            return new(calibration, name, Measurable(Begun(model, Encoded(model, text), tokens), text), text);
        if (calibration is null)
            return MadeUp(model, tokens);
        int heldOut = Math.Min(tokens, calibration.Length / HeldOutShare);
        int[] rest = calibration[..^heldOut];
        return new(rest, name, Measurable(Begun(model, calibration[^heldOut..], tokens), name), $"the end of {name}, held out");
    }

    private static int[] Encoded(LanguageModel model, string file)
    {
        int[] ids = model.Tokenizer.Encode(Text(file));
        return ids.Length > 0 ? ids : throw new GrimoireException($"{file}: the file is empty.");
    }

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException e)
        {
            throw new GrimoireException($"{file}: this is no text in UTF-8; save it as UTF-8 first.", e);
        }
    }

    private static int[] Begun(LanguageModel model, int[] ids, int most)
    {
        int[] begin = (model.Tokenizer.BeginOfText ?? model.Tokenizer.EndOfText) is { } first ? [first] : [];
        return [.. begin, .. ids.AsSpan(0, Math.Min(most, ids.Length))];
    }

    private static int[] Measurable(int[] ids, string file) =>
        ids.Length > 1 ? ids : throw new GrimoireException($"{file}: the text is too short to measure perplexity on; give a longer one, or --tokens 0.");

    /// <summary>Stories, if the tokenizer has their characters.</summary>
    private static QuantizationTexts MadeUp(LanguageModel model, int tokens)
    {
        var world = new World(WorldSeed);
        var ids = new List<int>();
        try
        {
            for (int i = 0; ids.Count < tokens; i++)
                model.Tokenizer.Encode(world.Stories(Split.Test)[i].Text + "\n\n", ids);
        }
        catch (GrimoireException)
        {
            return new(null, "", null, "", "the tokenizer lacks characters of the made-up text; give one with --text");
        }

        return new(null, "", Begun(model, [.. ids], tokens), $"stories of a made-up world (seed {WorldSeed})");
    }
}
