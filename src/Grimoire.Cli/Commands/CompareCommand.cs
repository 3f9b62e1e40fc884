using System.CommandLine;
using Grimoire.Tensors;
using Grimoire.Training;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire compare</c>: collect preferences between two answers.</summary>
internal static class CompareCommand
{
    private sealed record Choices
    {
        public string Out { get; init; } = "comparisons.jsonl";

        public int? Count { get; init; }

        public AnswerSettings Answers { get; init; } = new();

        public static SettingList<Choices> Settings { get; } =
        [
            .. AnswerSettings.Within((Choices c) => c.Answers, (c, v) => c with { Answers = v }),
            Setting.Of("out", "where preferences are appended; ties and skipped pairs go beside it", Text("a path"),
                (Choices c) => c.Out, (c, v) => c with { Out = v }, "Output"),
            Setting.Of("count", "the most pairs to compare now", SettingTypes.Count(1, int.MaxValue).OrNone(),
                (Choices c) => c.Count, (c, v) => c with { Count = v }, "Output"),
        ];
    }

    public static Verb Create()
    {
        var model = new Argument<string>("MODEL") { Description = "a model folder, a run folder, an adapter or a .gguf file" };
        var other = new Argument<string?>("OTHER")
        {
            Description = "another one; without it MODEL answers twice, with two seeds",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Options<Choices>? options = null;
        Verb verb = new("compare", "Say which of two answers is better, and keep what you say as training data.",
            "grimoire compare runs/quickstart --prompts prompts.txt --out comparisons.jsonl",
            "grimoire compare old new --prompts prompts.jsonl --judge my-reward-model")
        {
            Detail = "Two answers are shown side by side, in an order drawn by lot and without telling whose they are. 1 and 2 choose, t calls it a tie, " +
                "s skips, q ends; each choice is on disk at once, and the same command goes on where it stopped. Without a terminal each line of standard " +
                "input is a choice; with --judge a model chooses.",
            Run = (parse, terminal) => Run(
                terminal, parse.GetRequiredValue(model), parse.GetValue(other), options!.Read(parse, new Choices()), Device.Kernels(parse)),
        };
        verb.Add(model);
        verb.Add(other);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        verb.Add(CompareAgreeCommand.Create());
        return verb;
    }

    private static int Run(Terminal terminal, string path, string? otherPath, Choices choices, Kernels kernels)
    {
        var prompts = choices.Answers.ReadPrompts("grimoire compare");
        using ComparisonFile file = ComparisonFile.Open(choices.Out);
        Respondent model = choices.Answers.Open(terminal, path, kernels);
        Respondent other = otherPath is null ? model : choices.Answers.Open(terminal, otherPath, kernels);
        var session = new CompareSession(terminal, file, model, other, choices.Answers.OpenJudge(terminal, kernels), (ulong)choices.Answers.Sampling.Seed);
        if (file.Known > 0)
            terminal.Line($"[dim]{file.Known} comparisons are there already; going on.[/]");
        session.Run([.. prompts.Select(prompt => prompt.Prompt)], choices.Count ?? int.MaxValue);
        session.Tell(choices.Out);
        return Tool.Success;
    }
}
