using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire pretrain</c>: raise a model from raw text.</summary>
internal static class PretrainCommand
{
    private sealed record Choices
    {
        public string? Recipe { get; init; }

        public string? Run { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("recipe", $"a recipe file, or one that comes with Grimoire: {string.Join(", ", Recipes.Names)}", Text("a path or name").OrNone(),
                (Choices c) => c.Recipe, (c, v) => c with { Recipe = v }, "Run"),
            Setting.Of("run", "the run folder, in which the same command goes on; otherwise runs/ and the name of the data", Text("a path").OrNone(),
                (Choices c) => c.Run, (c, v) => c with { Run = v }, "Run"),
        ];
    }

    public static Verb Create()
    {
        Options<Choices>? choices = null;
        Options<PretrainRecipe>? settings = null;
        Verb verb = new("pretrain", "Raise a model from raw text.", "grimoire pretrain --data my.txt --minutes 10",
            "grimoire pretrain --recipe shakespeare-char --data input.txt --lr 5e-4")
        {
            Detail = "With nothing but --data, the model, the tokenizer and the schedule are chosen from the amount of text and the minutes. Ctrl-C saves a " +
                "checkpoint; the same command goes on from it.",
            Run = (parse, terminal) =>
            {
                Choices chosen = choices!.Read(parse, new Choices());
                PretrainRecipe recipe = RecipeRequest.Read(parse, settings!, chosen.Recipe);
                string folder = chosen.Run ?? Path.Combine("runs", RecipeRequest.NameOf(recipe));
                return TrainingSession.Run(terminal, recipe, folder, [.. parse.Tokens.Select(token => token.Value)],
                    "Begin another with another --run folder.");
            },
        };
        choices = new Options<Choices>(verb, Choices.Settings, new Choices());
        settings = RecipeRequest.AddOptions(verb);
        return verb;
    }
}
