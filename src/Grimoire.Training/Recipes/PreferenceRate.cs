using System.Globalization;
using Grimoire.Models;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>
/// Chooses a learning rate for preferences by AdamW. It falls with the root of the number of parameters, from 5e-5 at three million to the usual 1e-6 at seven
/// billion; an adapter, which has few numbers to move, takes ten times that.
/// </summary>
internal static class PreferenceRate
{
    private const double Parameters = 3e6, Rate = 5e-5, Least = 1e-6, OfAdapters = 10;

    /// <summary>The rate for the model that a stage begins with.</summary>
    public static double For(StageSettings stage) =>
        // No model at all is refused later, by the check of the settings.
        stage.Model.Length == 0 ? Least : Of(ModelFiles.ReadConfig(stage.Model).ParameterCount, stage.Adapter.Kind);

    /// <summary>The rate for a model of so many parameters, to two digits.</summary>
    public static double Of(long parameters, AdapterChoice adapter)
    {
        double whole = Math.Clamp(Rate * Math.Sqrt(Parameters / parameters), Least, Rate);
        return FinetuneRate.TwoDigits(adapter == AdapterChoice.None ? whole : OfAdapters * whole);
    }

    /// <summary>What is said of it.</summary>
    public static Fact Fact(double? given, StageSettings settings) => new(
        "learning rate",
        settings.Optimizer.LearningRate.ToString(CultureInfo.InvariantCulture) + (given is null ? ", chosen from the model's size (--lr)" : ""));
}
