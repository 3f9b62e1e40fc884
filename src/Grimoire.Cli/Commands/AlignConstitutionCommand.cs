using System.CommandLine;
using Grimoire.Tensors;
using Grimoire.Training;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire align constitution</c>: a model criticises and revises its own answers, and preferences come of it.</summary>
internal static class AlignConstitutionCommand
{
    private const int LongestShown = 70;

    private sealed record Choices
    {
        public string? Constitution { get; init; }

        public int Rounds { get; init; } = 1;

        public int? Count { get; init; }

        public string Out { get; init; } = "pairs.jsonl";

        public AnswerSettings Answers { get; init; } = new();

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("constitution", "the principles, a .json file", Text("a path").OrNone(),
                (Choices c) => c.Constitution, (c, v) => c with { Constitution = v }, "Prompts"),
            .. AnswerSettings.Within((Choices c) => c.Answers, (c, v) => c with { Answers = v }),
            Setting.Of("rounds", "how often an answer is criticised and revised, each time by another principle", SettingTypes.Count(1, 100),
                (Choices c) => c.Rounds, (c, v) => c with { Rounds = v }, "Answers"),
            Setting.Of("out", "where pairs are appended; what is none goes beside it", Text("a path"),
                (Choices c) => c.Out, (c, v) => c with { Out = v }, "Output"),
            Setting.Of("count", "the most prompts to go through now", SettingTypes.Count(1, int.MaxValue).OrNone(),
                (Choices c) => c.Count, (c, v) => c with { Count = v }, "Output"),
        ];
    }

    public static Verb Create()
    {
        var model = new Argument<string>("MODEL") { Description = "a model folder, a run folder, an adapter or a .gguf file" };
        Options<Choices>? options = null;
        Verb verb = new("constitution", "Have a model criticise and revise its own answers, and keep the pairs as preferences.",
            "grimoire align constitution runs/mine-finetune --constitution constitution.json --prompts prompts.jsonl --out pairs.jsonl",
            "grimoire align dpo runs/mine-finetune --data pairs.jsonl")
        {
            Detail = "Constitutional AI: answer, critique by a principle drawn from the file, revised answer; the revised one is preferred to the first. " +
                "With --judge only where the judge prefers it too. Each pair is on disk at once, and the same command goes on where it stopped.",
            Run = (parse, terminal) => Run(terminal, parse.GetRequiredValue(model), options!.Read(parse, new Choices()), Device.Kernels(parse)),
        };
        verb.Add(model);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        return verb;
    }

    private static int Run(Terminal terminal, string path, Choices choices, Kernels kernels)
    {
        Constitution constitution = Constitution.Read(
            choices.Constitution ?? throw new UsageException("grimoire align constitution needs --constitution with a file of principles."));
        IReadOnlyList<PromptExample> prompts = choices.Answers.ReadPrompts("grimoire align constitution");
        using RevisionFile file = RevisionFile.Open(choices.Out);
        Respondent model = choices.Answers.Open(terminal, path, kernels);
        Judge? judge = choices.Answers.OpenJudge(terminal, kernels);
        ulong seed = (ulong)choices.Answers.Sampling.Seed;
        if (file.Known > 0)
            terminal.Line($"[dim]{file.Known} revisions are there already; going on.[/]");
        var fates = new List<RevisionFate>();
        foreach (PromptExample prompt in prompts)
        {
            terminal.Stop.ThrowIfCancellationRequested();
            if (fates.Count == choices.Count)
                break;
            string key = RevisionFile.KeyOf(prompt.Prompt, model.Name, constitution, choices.Rounds, seed);
            if (file.Has(key))
                continue;
            Revision revision = Waiting.While(
                terminal, "answering, criticising, revising",
                () => Revision.Of(model, constitution, prompt.Prompt, choices.Rounds, prompt.Prompt.SeedOf(seed), terminal.Stop));
            (RevisionFate fate, Judgement? said) = FateOf(revision, prompt.Prompt, judge);
            file.Append(key, prompt.Prompt, revision, fate, model.Name, said);
            fates.Add(fate);
            Show(terminal, prompt.Prompt, revision, fate);
        }

        Tell(terminal, fates, choices.Out);
        return Tool.Success;
    }

    private static (RevisionFate Fate, Judgement? Said) FateOf(Revision revision, Passage prompt, Judge? judge)
    {
        RevisionFate fate = RevisionFile.FateOf(revision);
        if (judge is null || fate != RevisionFate.Kept)
            return (fate, null);
        Judgement said = judge.Compare(prompt, revision.Revised, revision.Answer);
        return (said.Verdict == Verdict.First ? RevisionFate.Kept : RevisionFate.NotPreferred, said);
    }

    private static void Show(Terminal terminal, Passage prompt, Revision revision, RevisionFate fate)
    {
        terminal.Line($"[bold]{Sentences.OneLine(prompt.ToString(), LongestShown)}[/]");
        Sheet.Facts(
            terminal,
            [
                ("answer", Sentences.OneLine(revision.Answer, LongestShown)),
                .. revision.Critiques.Select(c => (Sentences.OneLine(c.Principle.Name, 16), Sentences.OneLine(c.Critique, LongestShown))),
                ("revised", Sentences.OneLine(revision.Revised, LongestShown) + Words(fate)),
            ]);
    }

    private static string Words(RevisionFate fate) => fate switch
    {
        RevisionFate.Unchanged => " (unchanged)",
        RevisionFate.Empty => " (empty)",
        RevisionFate.NotPreferred => " (not preferred by the judge)",
        _ => "",
    };

    private static void Tell(Terminal terminal, List<RevisionFate> fates, string path)
    {
        int Count(RevisionFate fate) => fates.Count(f => f == fate);
        List<(string, string)> facts =
        [
            ("revised now", $"{fates.Count} answers, {Count(RevisionFate.Kept)} pairs kept"),
            ("left out", $"{Count(RevisionFate.Unchanged)} unchanged, {Count(RevisionFate.Empty)} empty, " +
                $"{Count(RevisionFate.NotPreferred)} not preferred by the judge"),
        ];
        if (File.Exists(path) && new FileInfo(path).Length > 0)
            facts.Add(("pairs", path));
        if (File.Exists(RevisionFile.LeftOutPath(path)) && new FileInfo(RevisionFile.LeftOutPath(path)).Length > 0)
            facts.Add(("beside them", RevisionFile.LeftOutPath(path)));
        terminal.Line();
        Sheet.Facts(terminal, facts);
    }
}
