using System.Globalization;
using Grimoire.Models;
using Grimoire.Models.Adapters;

namespace Grimoire.Cli;

/// <summary>Adapters named on the command line, as <c>FOLDER</c> or <c>FOLDER=STRENGTH</c>.</summary>
internal static class GivenAdapters
{
    /// <summary>The model with the adapters around it, in the order given.</summary>
    /// <exception cref="GrimoireException">A folder holds no adapter, or one of another model.</exception>
    public static LanguageModel Attach(LanguageModel model, IReadOnlyList<string> given)
    {
        Attach(model.Transformer, given);
        return model;
    }

    /// <summary>The model with the adapters around it, in the order given.</summary>
    /// <exception cref="GrimoireException">A folder holds no adapter, or one of another model.</exception>
    public static Transformer Attach(Transformer model, IReadOnlyList<string> given)
    {
        foreach (string text in given)
        {
            (string path, double strength) = Split(text);
            string folder = ModelPath.Find(path);
            if (!AdapterFolder.Is(folder))
                throw new GrimoireException($"{path}: this is a whole model, not an adapter; --adapter takes a folder with adapter_config.json.");
            Adapter adapter = Adapter.Load(folder, model);
            adapter.Strength = strength;
            model.Attach(adapter);
        }

        return model;
    }

    /// <summary>A strength stands behind the last equals sign, unless the whole text is a folder.</summary>
    private static (string Path, double Strength) Split(string text)
    {
        int at = text.LastIndexOf('=');
        if (at < 0 || Directory.Exists(text))
            return (text, 1);
        return double.TryParse(text.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double strength) && double.IsFinite(strength)
            ? (text[..at], strength)
            : throw new GrimoireException($"--adapter {text}: \"{text[(at + 1)..]}\" is no strength; give a number, as in {text[..at]}=0.5.");
    }
}
