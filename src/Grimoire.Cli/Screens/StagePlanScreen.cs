using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;
using Spectre.Console;

namespace Grimoire.Cli;

/// <summary>What is about to happen in a stage, to be read before it does.</summary>
internal static class StagePlanScreen
{
    private const int ExampleLength = 600;

    public static void Show(Terminal terminal, StagePlan plan, string folder)
    {
        terminal.Line();
        terminal.Line($"[bold]{(plan.ResumedFrom is null ? "The plan" : "The plan, continued")}[/]   {plan.Kind}");
        Sheet.Facts(terminal, Facts(plan, folder));
        foreach (MarkedText example in plan.Examples)
            Example(terminal, example);
        foreach (string damaged in plan.Damaged)
            terminal.Complain(damaged);
        terminal.Line();
    }

    private static IEnumerable<(string, string)> Facts(StagePlan plan, string folder)
    {
        (StageSettings settings, TrainingMemory memory) = (plan.Settings, plan.Memory);
        yield return ("run", plan.ResumedFrom is { } step ? $"{folder}, continued after step {Numbers.Count(step)}" : folder);
        yield return ("model", plan.BeganAs);
        foreach (Fact fact in plan.Facts)
            yield return (fact.Name, fact.Value);
        yield return ("trained", memory.Trained == memory.Parameters ? $"all {Numbers.Count(memory.Parameters)} parameters"
            : $"{Numbers.Count(memory.Trained)} of {Numbers.Count(memory.Parameters)} parameters ({Share(memory.Trained, memory.Parameters)})");
        yield return ("memory", Memory(memory));
        string rounds = plan.Epochs is { } epochs ? $": {Numbers.Fixed(epochs, 2)} rounds over the data" : "";
        yield return ("training", $"{Numbers.Count(plan.Steps)} steps of {Numbers.Count((long)settings.Batch * settings.Accumulate)}{rounds}");
        yield return ("optimizer",
            $"{settings.Optimizer.Kind.ToString().ToLowerInvariant()}, learning rate {Numbers.Metric(settings.Optimizer.LearningRate)}, " +
            $"{settings.Optimizer.Schedule.ToString().ToLowerInvariant()} schedule");
        yield return ("time", $"about {Numbers.Duration(plan.EstimatedSeconds)} on this machine, without measuring");
        if (plan is { FirstLoss: { } loss, KnownLoss: { } known })
        {
            string near = double.IsPositiveInfinity(known.Below) ? "it should be below" : "it should be near";
            yield return ("first loss", $"{Numbers.Fixed(loss, 4)}; {known.Name} = {Numbers.Fixed(known.Value, 4)}, " +
                (known.Fits(loss) ? "as it should be" : $"{near}: something is wrong"));
        }
    }

    private static string Memory(TrainingMemory memory)
    {
        string state = $"{Numbers.Bytes(memory.State)}: weights {Numbers.Bytes(memory.Weights)}, gradients {Numbers.Bytes(memory.Gradients)}, " +
            $"optimizer {Numbers.Bytes(memory.Optimizer)}";
        string activations = memory.Activations > 0 ? $"; and {Numbers.Bytes(memory.Activations)} of activations" : "";
        string full = memory.Trained < memory.Parameters ? $" (training all parameters: {Numbers.Bytes(memory.StateOfFullTraining)})" : "";
        return state + activations + full;
    }

    private static string Share(double part, double whole) => Numbers.Fixed(100 * part / whole, part / whole < 0.01 ? 3 : 1) + " %";

    /// <summary>The text on a line of its own; what is trained stands in colour, or in brackets where there are no colours.</summary>
    private static void Example(Terminal terminal, MarkedText example)
    {
        var text = new Paragraph();
        int left = ExampleLength;
        foreach ((string piece, bool trained) in example.Pieces)
        {
            string shown = Sentences.OneLine(piece, Math.Max(0, left));
            left -= piece.Length;
            text.Append(trained && !terminal.HasColour ? $"[{shown}]" : shown, trained ? new Style(Color.Green) : Style.Plain);
            if (left <= 0)
                break;
        }

        string mark = terminal.HasColour ? "coloured" : "in brackets";
        terminal.Line($"  [dim]{example.Name} ({example.Meaning} {mark})[/]");
        terminal.Console.Write(new Padder(text, new Padding(4, 0, 0, 0)));
    }
}
