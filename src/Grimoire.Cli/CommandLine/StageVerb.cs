using System.CommandLine;
using System.Globalization;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli;

/// <summary>A verb that trains a model further: <c>grimoire VERB MODEL</c>, with every setting of its recipe as an option.</summary>
internal static class StageVerb
{
    // The model is the argument; the description is for files; threads are an option of every verb.
    private static readonly string[] NoOptions = ["model", "description", "threads"];

    private sealed record Choices
    {
        public string? Recipe { get; init; }

        public string? Run { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("recipe", "a recipe file, or one that comes with Grimoire", Text("a path or name").OrNone(),
                (Choices c) => c.Recipe, (c, v) => c with { Recipe = v }, "Run"),
            Setting.Of("run", "the run folder, in which the same command goes on; otherwise runs/ and the names of model and verb", Text("a path").OrNone(),
                (Choices c) => c.Run, (c, v) => c with { Run = v }, "Run"),
        ];
    }

    /// <summary>Makes the verb.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="purpose">What it is for, in a sentence.</param>
    /// <param name="detail">What more there is to know.</param>
    /// <param name="settings">The recipe's settings.</param>
    /// <param name="defaults">The recipe where nothing is said.</param>
    /// <param name="stage">What the recipe does.</param>
    /// <param name="examples">Commands to copy.</param>
    public static Verb Of<TRecipe>(
        string name, string purpose, string detail, SettingList<TRecipe> settings, TRecipe defaults, Func<TRecipe, Stage> stage,
        params ReadOnlySpan<string> examples) => Of(name, purpose, detail, settings, defaults, stage, newborn: null, examples);

    /// <summary>The same for a stage that may begin with no model.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="purpose">What it is for, in a sentence.</param>
    /// <param name="detail">What more there is to know.</param>
    /// <param name="settings">The recipe's settings.</param>
    /// <param name="defaults">The recipe where nothing is said.</param>
    /// <param name="stage">What the recipe does.</param>
    /// <param name="newborn">What a run of a recipe is called that begins with no model; null where there must be one.</param>
    /// <param name="examples">Commands to copy.</param>
    public static Verb Of<TRecipe>(
        string name, string purpose, string detail, SettingList<TRecipe> settings, TRecipe defaults, Func<TRecipe, Stage> stage,
        Func<TRecipe, string>? newborn, params ReadOnlySpan<string> examples)
    {
        var model = new Argument<string?>("MODEL")
        {
            Description = "a model folder, a run folder, a checkpoint, an adapter or a .gguf file" + (newborn is null ? "" : "; none to begin from scratch"),
            Arity = newborn is null ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
        };
        Options<Choices>? choices = null;
        Options<TRecipe>? options = null;
        Verb verb = new(name, purpose, examples)
        {
            Detail = detail + " Ctrl-C saves a checkpoint; the same command goes on from it.",
            Run = (parse, terminal) =>
            {
                Choices chosen = choices!.Read(parse, new Choices());
                options!.Read(parse, defaults);
                string? given = parse.GetValue(model);
                TRecipe start = chosen.Recipe is { } named ? Recipes.Read(settings, defaults, named) : defaults;
                TRecipe recipe = settings.Override(start,
                    [.. options.Given(parse), .. given is null ? Array.Empty<(string, string)>() : [("model", ModelPath.Find(given))], .. Threads(parse)]);
                string folder = chosen.Run ?? Path.Combine("runs", $"{(given is null ? newborn!(recipe) : ModelPath.NameOf(given))}-{name}");
                return StageSession.Run(terminal, stage(recipe), folder, [.. parse.Tokens.Select(token => token.Value)]);
            },
        };
        verb.Add(model);
        choices = new Options<Choices>(verb, Choices.Settings, new Choices());
        options = new Options<TRecipe>(verb, settings.Where(setting => !NoOptions.Contains(setting.Key)), defaults);
        return verb;
    }

    private static IEnumerable<(string, string)> Threads(ParseResult parse) =>
        Device.Threads(parse) is { } threads ? [("threads", threads.ToString(CultureInfo.InvariantCulture))] : [];
}
