using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Scaling;

/// <summary>The runs of a sweep, in the order in which they are trained: by budget, and by size within a budget.</summary>
public sealed record SweepPlan
{
    // Around the twenty or so tokens a parameter that are best, wide enough for a parabola.
    private const double FewestTokensPerParameter = 4, MostTokensPerParameter = 250;

    /// <summary>The runs.</summary>
    public required IReadOnlyList<SweepRun> Runs { get; init; }

    /// <summary>Sizes left out of a budget because it would have lasted them too few steps.</summary>
    public required IReadOnlyList<(ModelSize Size, double Budget)> LeftOut { get; init; }

    /// <summary>Operations of all runs.</summary>
    public double Operations => Runs.Sum(run => run.Operations);

    /// <summary>Plans a sweep over a vocabulary of so many pieces.</summary>
    /// <exception cref="GrimoireException">The recipe contradicts itself, or leaves too few runs for a fit.</exception>
    public static SweepPlan Of(SweepRecipe recipe, int vocabulary)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Common.Data.Sampling == Sampling.Documents)
            throw new GrimoireException("A sweep counts tokens by the step, and documents differ in length; use --sampling windows or blocks.");
        IReadOnlyList<double> budgets = recipe.Operations();
        var runs = new List<SweepRun>();
        var leftOut = new List<(ModelSize, double)>();
        foreach (double budget in budgets)
        {
            bool largest = budget == budgets[^1];
            foreach ((ModelSize size, bool chosen) in Sizes(largest && recipe.LargestSizes.Count > 0 ? recipe.LargestSizes : recipe.Sizes))
            {
                SweepRun? run = SweepRun.Of(recipe, size, budget, largest, vocabulary);
                if (run is null && !chosen)
                    leftOut.Add((size, budget));
                if (run is not null && (!chosen || (double)run.Tokens / run.Parameters is >= FewestTokensPerParameter and <= MostTokensPerParameter))
                    runs.Add(run);
            }
        }

        foreach (SweepRun run in runs)
            run.Recipe.Check();
        int smaller = runs.Count(run => !run.IsLargest);
        if (smaller <= ScalingObjective.Dimensions || smaller == runs.Count)
        {
            throw new GrimoireException($"The plan has {smaller} runs below the largest budget and {runs.Count - smaller} under it; a law of five numbers " +
                "needs at least six to foretell at least one: give more --budgets or --sizes, or larger budgets, or a smaller --batch.");
        }

        return new SweepPlan { Runs = runs, LeftOut = leftOut };
    }

    private static IEnumerable<(ModelSize Size, bool Chosen)> Sizes(IReadOnlyList<string> asked) => asked.Count == 0
        ? ModelSize.Ladder.Select(size => (size, true))
        : asked.Select(ModelSize.Parse).Distinct().OrderBy(size => (long)size.Layers * size.Channels * size.Channels).Select(size => (size, false));
}
