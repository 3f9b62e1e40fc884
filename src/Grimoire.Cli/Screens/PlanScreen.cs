using System.Text.Json.Nodes;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>What is about to happen, to be read before it does.</summary>
internal static class PlanScreen
{
    // An untrained model's loss that is further than this from ln V tells of a fault.
    private const double Tolerance = 0.5;

    public static void Show(Terminal terminal, PretrainingPlan plan, string folder, int tokenizerSize)
    {
        PretrainRecipe recipe = plan.Recipe;
        terminal.Line();
        terminal.Line($"[bold]{(plan.ResumedFrom is null ? "The plan" : "The plan, continued")}[/]   {recipe.Description}");
        Sheet.Facts(terminal, Facts(plan, folder, tokenizerSize));
        foreach (string damaged in plan.Damaged)
            terminal.Complain(damaged);
        terminal.Line();
    }

    private static IEnumerable<(string, string)> Facts(PretrainingPlan plan, string folder, int tokenizerSize)
    {
        PretrainRecipe recipe = plan.Recipe;
        JsonObject words = recipe.ToJson();
        yield return ("run", plan.ResumedFrom is { } step ? $"{folder}, continued after step {Numbers.Count(step)}" : folder);
        yield return ("text", $"{Numbers.Bytes(plan.TrainBytes)}: {Numbers.Count(plan.TrainTokens)} tokens to train on, " +
            $"{Numbers.Count(plan.ValidationTokens)} held out");
        yield return ("tokenizer", $"{recipe.Tokenizer.Path ?? $"{words["tokenizer"]}"}, {Numbers.Count(tokenizerSize)} pieces, " +
            $"{Numbers.Fixed((double)plan.TrainBytes / plan.TrainTokens, 2)} bytes a token");
        yield return ("model", $"{plan.Model.Family}: {plan.Model.Layers} layers, {plan.Model.Heads} heads, " +
            $"{plan.Model.Channels} channels, context {plan.Model.Context}");
        yield return ("parameters", $"{Numbers.Count(plan.Model.ParameterCount)}; weights, gradients and optimizer take {Numbers.Bytes(plan.StateBytes)}");
        yield return ("training", $"{Numbers.Count(plan.Steps)} steps, {Numbers.Short(plan.Tokens)} tokens: " +
            $"{Numbers.Fixed(plan.Epochs, 2)} rounds over the text");
        yield return ("optimizer", $"{words["optimizer"]}, learning rate {words["lr"]}, {words["schedule"]} schedule");
        yield return ("work", $"{Numbers.Short(plan.Operations)} operations, about {Numbers.Duration(plan.EstimatedSeconds)} on this machine");
        if (plan.FirstLoss is { } loss)
        {
            string verdict = Math.Abs(loss - plan.UniformLoss) < Tolerance ? "as it should be" : "it should be near: something is wrong";
            yield return ("first loss", $"{Numbers.Fixed(loss, 4)}; ln {Numbers.Count(plan.Model.Vocabulary)} = " +
                $"{Numbers.Fixed(plan.UniformLoss, 4)}, {verdict}");
        }

        yield return ("example", $"{Sentences.OneLine(plan.Example, 160)}  (every token after the first is to be foretold)");
    }
}
