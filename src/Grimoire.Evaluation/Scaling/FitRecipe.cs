using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Evaluation.Scaling;

/// <summary>Which columns of a table of trained models mean what, and how a law is fitted to them.</summary>
public sealed record FitRecipe
{
    /// <summary>The column of N.</summary>
    public string Size { get; init; } = "parameters";

    /// <summary>The column of D; where the table has none, D = C / (6·N).</summary>
    public string Tokens { get; init; } = "tokens";

    /// <summary>The column of C; where the table has none, C = 6·N·D.</summary>
    public string Operations { get; init; } = "operations";

    /// <summary>The column of the loss.</summary>
    public string Loss { get; init; } = "loss";

    /// <summary>The column of the budget; a table need not have one.</summary>
    public string Budget { get; init; } = "budget";

    /// <summary>Budgets to which models whose operations come near belong, where there is no column.</summary>
    public IReadOnlyList<string> Budgets { get; init; } = [];

    /// <summary>How far from a budget a model's operations may be.</summary>
    public double BudgetTolerance { get; init; } = 0.15;

    /// <summary>How many models of the highest loss are left out.</summary>
    public int DropHighest { get; init; }

    /// <summary>How the law is fitted.</summary>
    public FitSettings Fit { get; init; } = new();

    /// <summary>The settings by name.</summary>
    public static SettingList<FitRecipe> Settings { get; } =
    [
        Setting.Of("size_column", "column of the model's parameters, N", Text("a name"), (FitRecipe r) => r.Size, (r, v) => r with { Size = v }, "Columns"),
        Setting.Of("tokens_column", "column of the tokens learned from, D; without it D = C / 6N", Text("a name"),
            (FitRecipe r) => r.Tokens, (r, v) => r with { Tokens = v }, "Columns"),
        Setting.Of("operations_column", "column of the operations, C; without it C = 6ND", Text("a name"),
            (FitRecipe r) => r.Operations, (r, v) => r with { Operations = v }, "Columns"),
        Setting.Of("loss_column", "column of the loss", Text("a name"), (FitRecipe r) => r.Loss, (r, v) => r with { Loss = v }, "Columns"),
        Setting.Of("budget_column", "column of the budget, if there is one", Text("a name"),
            (FitRecipe r) => r.Budget, (r, v) => r with { Budget = v }, "Columns"),
        Setting.Of("budgets", "budgets to which models belong whose operations are near, as in 1e19,3e19", Texts("numbers"),
            (FitRecipe r) => r.Budgets, (r, v) => r with { Budgets = SweepRecipe.Divided(v) }, "Columns"),
        Setting.Of("budget_tolerance", "how near, as a share of the budget", Number(0, 0.5),
            (FitRecipe r) => r.BudgetTolerance, (r, v) => r with { BudgetTolerance = v }, "Columns"),
        Setting.Of("drop_highest", "how many models of the highest loss to leave out", Count(0, int.MaxValue),
            (FitRecipe r) => r.DropHighest, (r, v) => r with { DropHighest = v }, "Fit"),
        .. FitSettings.Settings.Within((FitRecipe r) => r.Fit, (r, v) => r with { Fit = v }, "Fit"),
        Setting.Of("seed", "seed of the draws", Integer(0),
            (FitRecipe r) => (long)r.Fit.Seed, (r, v) => r with { Fit = r.Fit with { Seed = (ulong)v } }, "Fit"),
    ];

    /// <summary>Every value, as it is written to <c>run.json</c>.</summary>
    public JsonObject ToJson() => Settings.ToJson(this);

    /// <summary>The points that are fitted: each with the budget that it is near, and those of the highest loss left out.</summary>
    public IReadOnlyList<ScalingPoint> Choose(IReadOnlyList<ScalingPoint> points)
    {
        double[] budgets = [.. Budgets.Select(SweepRecipe.Operations)];
        double? Near(ScalingPoint point) => budgets.Length == 0 ? point.Budget
            : budgets.Where(budget => Math.Abs(point.Operations - budget) <= BudgetTolerance * budget).Select(budget => (double?)budget)
                .MinBy(budget => Math.Abs(Math.Log(point.Operations / budget!.Value)));
        double limit = DropHighest == 0 ? double.PositiveInfinity
            : points.Select(point => point.Loss).OrderDescending().ElementAtOrDefault(DropHighest - 1) is > 0 and var loss ? loss
            : throw new GrimoireException(string.Create(CultureInfo.InvariantCulture, $"--drop-highest {DropHighest}: there are only {points.Count} points."));
        return [.. points.Where(point => point.Loss < limit).Select(point => point with { Budget = Near(point) })];
    }
}
