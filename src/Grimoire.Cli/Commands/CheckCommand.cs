using System.CommandLine;
using Grimoire.Models;
using Grimoire.Training.Checks;
using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire check</c>: proofs, on the user's own machine, that models and training do what they should.</summary>
internal static class CheckCommand
{
    private sealed record Choices
    {
        public string? Model { get; init; }

        public long Seed { get; init; } = 1;

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("model", "the architecture of this model or run; otherwise a small one of each family", Text("a path").OrNone(),
                (Choices c) => c.Model, (c, v) => c with { Model = v }),
            Setting.Of("seed", "chooses weights and tokens", Integer(0), (Choices c) => c.Seed, (c, v) => c with { Seed = v }),
        ];
    }

    private sealed record ResumeChoices
    {
        public string? Recipe { get; init; }

        public int Steps { get; init; } = 20;

        public static SettingList<ResumeChoices> Settings { get; } =
        [
            Setting.Of("recipe", "a recipe file, or one that comes with Grimoire; otherwise one chosen for the text", Text("a path or name").OrNone(),
                (ResumeChoices c) => c.Recipe, (c, v) => c with { Recipe = v }, "Check"),
            Setting.Of("check_steps", "steps to train, once at once and once with a stop half-way", Count(2, 100_000),
                (ResumeChoices c) => c.Steps, (c, v) => c with { Steps = v }, "Check"),
        ];
    }

    public static Verb Create()
    {
        Options<Choices>? options = null;
        Verb verb = new("check", "Prove that models and training do what they should, on this machine.", "grimoire check",
            "grimoire check resume --recipe shakespeare-char --data input.txt")
        {
            Detail = "Gradients against central differences, the first loss against ln V, no leak from later tokens, cache against no cache, fast kernels " +
                "against plain ones, any number of threads the same bits, one batch learned by heart.",
            Run = (parse, terminal) => Models(parse, terminal, options!.Read(parse, new Choices())),
        };
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        verb.Add(Resume());
        verb.Add(All());
        return verb;
    }

    private static Verb Resume()
    {
        Options<ResumeChoices>? options = null;
        Options<PretrainRecipe>? settings = null;
        Verb verb = new("resume", "Prove that training, stopped and continued, gives equal bits.",
            "grimoire check resume --data my.txt", "grimoire check resume --recipe shakespeare-char --data input.txt")
        {
            Detail = "The recipe is one of pretraining. Fine-tuning, preference optimisation and a reward model follow, some steps each, " +
                "on a small model and data of a generated world.",
            Run = (parse, terminal) =>
            {
                ResumeChoices chosen = options!.Read(parse, new ResumeChoices());
                return Resume(terminal, RecipeRequest.Read(parse, settings!, chosen.Recipe), chosen.Steps);
            },
        };
        options = new Options<ResumeChoices>(verb, ResumeChoices.Settings, new ResumeChoices());
        settings = RecipeRequest.AddOptions(verb);
        return verb;
    }

    private static Verb All() => new("all", "All checks: those of the models, and of resuming on a small generated text.", "grimoire check all")
    {
        Run = (parse, terminal) =>
        {
            int models = Models(parse, terminal, new Choices());
            string folder = Directory.CreateTempSubdirectory("grimoire-check-").FullName;
            try
            {
                string text = Path.Combine(folder, "world.txt");
                AtomicFile.WriteText(text, string.Join("\n", new World(seed: 1).Pretraining(Split.Train).Take(200)));
                return Math.Max(models, Resume(terminal, RecipeRequest.Small(text, Device.Threads(parse)), steps: 20));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        },
    };

    private static int Models(ParseResult parse, Terminal terminal, Choices choices)
    {
        IEnumerable<ModelConfig> configs = choices.Model is { } path
            ? [ModelFiles.ReadConfig(ModelPath.Find(path))]
            : [Gpt2.Config(4, 4, 64, 128, 512), Llama.Config(4, 4, 64, 128, 512, keyValueHeads: 2)];
        bool good = true;
        foreach (ModelConfig config in configs)
        {
            string size = $"{config.Layers} layers, {config.Heads} heads, {config.Channels} channels, {Numbers.Count(config.ParameterCount)} parameters";
            terminal.Line($"[bold]{config.Family}[/]   {size}");
            foreach (CheckResult result in new ModelChecks(config, Device.Kernels(parse), (ulong)choices.Seed).All())
            {
                terminal.Stop.ThrowIfCancellationRequested();
                good &= Tell(terminal, result);
            }
        }

        return good ? Tool.Success : Tool.Failed;
    }

    private static int Resume(Terminal terminal, PretrainRecipe recipe, int steps)
    {
        string folder = Directory.CreateTempSubdirectory("grimoire-resume-").FullName;
        try
        {
            bool good = Tell(terminal, Waiting.While(terminal, $"training {steps} steps twice", () => ResumeCheck.Run(recipe, folder, steps)));
            foreach (CheckResult result in Waiting.While(terminal, "training stages twice", () => ResumeCheck.Stages(folder, recipe.Threads).ToArray()))
                good &= Tell(terminal, result);
            return good ? Tool.Success : Tool.Failed;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Tell(Terminal terminal, CheckResult result)
    {
        if (result.Passed)
            terminal.Line($"  [green]✓[/] {result.Name}: {result.Detail}");
        else
            terminal.Line($"  [red]✗ {result.Name}: {result.Detail}[/]");
        return result.Passed;
    }
}
