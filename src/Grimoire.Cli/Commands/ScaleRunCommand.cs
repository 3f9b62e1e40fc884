using Grimoire.Evaluation.Scaling;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire scale run</c>: trains models of several sizes under several budgets, and foretells the largest.</summary>
internal static class ScaleRunCommand
{
    private sealed record Choices
    {
        public string? Run { get; init; }

        public bool Plan { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("run", "the sweep's folder, in which the same command goes on; otherwise runs/scale- and the name of the data", Text("a path").OrNone(),
                (Choices c) => c.Run, (c, v) => c with { Run = v }, "Sweep"),
            Setting.Of("plan", "show the plan and train nothing", Flag, (Choices c) => c.Plan, (c, v) => c with { Plan = v }, "Sweep"),
        ];
    }

    public static Verb Create()
    {
        Options<SweepRecipe>? options = null;
        Options<Choices>? choices = null;
        Verb verb = new("run", "Train models of several sizes under several budgets, and find the law.",
            "grimoire scale run --data my.txt --budgets 1e12,3e12,1e13",
            "grimoire scale run --data my.txt --budgets 1e12,3e12,1e13 --sizes 2x48,2x64,3x96 --largest-sizes 4x128")
        {
            Detail = "Every run spends its budget: what a size costs for each token decides how many it reads, and its schedule ends there. " +
                "Before the runs of the largest budget are trained, the law of the others foretells their losses, " +
                "and that is written down. Ctrl-C saves a checkpoint; the same command goes on.",
            Run = (parse, terminal) =>
            {
                SweepRecipe recipe = options!.Read(parse, new SweepRecipe());
                if (recipe.Common.Data.Paths.Count == 0)
                    throw new UsageException("grimoire scale run needs --data with text files to train on.");
                recipe = recipe with { Common = recipe.Common with { Threads = Device.Threads(parse) } };
                Choices chosen = choices!.Read(parse, new Choices());
                string folder = chosen.Run ?? Path.Combine("runs", $"scale-{RecipeRequest.NameOf(recipe.Common)}");
                return ScalingSession.Run(terminal, recipe, folder, [.. parse.Tokens.Select(token => token.Value)], chosen.Plan);
            },
        };
        choices = new Options<Choices>(verb, Choices.Settings, new Choices());
        options = new Options<SweepRecipe>(verb, SweepRecipe.Settings, new SweepRecipe());
        return verb;
    }
}
