using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Grimoire.Evaluation;
using Grimoire.Evaluation.Scaling;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire scale fit</c>: a scaling law from a table of trained models.</summary>
internal static class ScaleFitCommand
{
    private sealed record Choices
    {
        public string? Out { get; init; }

        public bool Json { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("out", "the folder for results and report; otherwise runs/scale-fit- and the table's name", Text("a path").OrNone(),
                (Choices c) => c.Out, (c, v) => c with { Out = v }, "Results"),
            Setting.Of("json", "write the figures as JSON", Flag, (Choices c) => c.Json, (c, v) => c with { Json = v }, "Results"),
        ];
    }

    public static Verb Create()
    {
        var table = new Argument<string>("POINTS.csv") { Description = "a table with a row for each model: parameters, tokens or operations, loss" };
        Options<FitRecipe>? options = null;
        Options<Choices>? choices = null;
        Verb verb = new("fit", "Fit a scaling law to a table of trained models.", "grimoire scale fit points.csv",
            "grimoire scale fit points.csv --size-column \"Model Size\" --operations-column \"Training FLOP\" --drop-highest 5")
        {
            Detail = "Huber loss of the logarithm of the loss, minimised by L-BFGS from 4500 starts; intervals by bootstrap over models. With budgets also " +
                "the parabolas of loss over size. A table that grimoire scale run wrote needs no names of columns.",
            Run = (parse, terminal) => Run(
                terminal, parse.GetRequiredValue(table), options!.Read(parse, new FitRecipe()), choices!.Read(parse, new Choices()),
                [.. parse.Tokens.Select(token => token.Value)]),
        };
        verb.Add(table);
        options = new Options<FitRecipe>(verb, FitRecipe.Settings, new FitRecipe());
        choices = new Options<Choices>(verb, Choices.Settings, new Choices());
        return verb;
    }

    private static int Run(Terminal terminal, string path, FitRecipe recipe, Choices choices, IReadOnlyList<string> command)
    {
        IReadOnlyList<ScalingPoint> points = ScalingCsv.Read(path, recipe);
        string name = Path.GetFileNameWithoutExtension(path), folder = choices.Out ?? Path.Combine("runs", $"scale-fit-{name}");
        RunInfo request = Request(path, recipe, command);
        EvaluationResult? result = EvaluationFolder.Find(folder, request);
        if (result is null)
        {
            ScalingFit? fit = null;
            Waiting.While(terminal, "fitting the law", share => fit = ScalingFit.Of(recipe.Choose(points), recipe.Fit, share));
            result = FitReport.Of(ScalingAnalysis.Of(fit!), request, name);
            EvaluationFolder.Write(folder, result, FitReport.Rows(fit!));
        }

        if (choices.Json)
            terminal.Out.WriteLine(new JsonObject { ["figures"] = new JsonArray([.. result.Figures.Select(ResultsJson.Of)]) }.ToJsonString());
        else
            ScaleScreen.Result(terminal, result, folder);
        return Tool.Success;
    }

    /// <summary>What was asked for: the settings, and the table by its content.</summary>
    private static RunInfo Request(string path, FitRecipe recipe, IReadOnlyList<string> command)
    {
        JsonObject asked = recipe.ToJson();
        asked["points"] = Path.GetFullPath(path);
        asked["points_hash"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        return new RunInfo { Kind = FitReport.Kind, Command = command, Recipe = asked, Seed = recipe.Fit.Seed };
    }
}
