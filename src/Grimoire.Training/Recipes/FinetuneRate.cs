using System.Globalization;
using Grimoire.Models;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>
/// Chooses a learning rate for fine-tuning by AdamW. It falls with the root of the number of parameters, from 1e-3 at three million to the usual 2e-5 at seven
/// billion; an adapter, which has few numbers to move, takes ten times that.
/// </summary>
public static class FinetuneRate
{
    private const double Parameters = 3e6, Rate = 1e-3, Least = 1e-5, Most = 1e-3, OfAdapters = 10;

    /// <summary>The rate for the model that a stage begins with.</summary>
    public static double For(StageSettings stage) =>
        // No model is refused by the check of the settings.
        stage.Model.Length == 0 ? Least : Of(ModelFiles.ReadConfig(stage.Model).ParameterCount, stage.Adapter.Kind);

    /// <summary>The rate for a model of so many parameters, to two digits.</summary>
    public static double Of(long parameters, AdapterChoice adapter)
    {
        double whole = Math.Clamp(Rate * Math.Sqrt(Parameters / parameters), Least, Most);
        return TwoDigits(adapter == AdapterChoice.None ? whole : OfAdapters * whole);
    }

    /// <summary>A rate to two digits, as a person would write it.</summary>
    internal static double TwoDigits(double rate) => double.Parse(rate.ToString("E1", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
