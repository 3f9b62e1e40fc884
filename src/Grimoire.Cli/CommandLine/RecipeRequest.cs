using System.CommandLine;
using System.Globalization;
using Grimoire.Models.Tokenizers;
using Grimoire.Training.Data;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>
/// What a command line asks of pretraining: a recipe file or one that comes with Grimoire, or one chosen for the text, with values laid over it.
/// </summary>
internal static class RecipeRequest
{
    // The description is for files; threads are an option of every verb.
    private static readonly string[] NoOptions = ["description", "threads"];

    /// <summary>Gives a verb every setting of a recipe as an option.</summary>
    public static Options<PretrainRecipe> AddOptions(Verb verb) =>
        new(verb, PretrainRecipe.Settings.Where(setting => !NoOptions.Contains(setting.Key)), new PretrainRecipe());

    /// <summary>The recipe that a command line asks for.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="options">The options of <see cref="AddOptions"/>.</param>
    /// <param name="named">A recipe by path or name; null to have one chosen for the text.</param>
    /// <exception cref="UsageException">A value is refused or there is no data.</exception>
    /// <exception cref="GrimoireException">The recipe file or the text is at fault.</exception>
    public static PretrainRecipe Read(ParseResult parse, Options<PretrainRecipe> options, string? named)
    {
        // Read once for itself, so that what is wrong with the command line is not blamed on the recipe.
        PretrainRecipe given = options.Read(parse, new PretrainRecipe { Minutes = null });
        List<(string Key, string Value)> values = [.. options.Given(parse)];
        if (given.Minutes is not null && values.TrueForAll(value => value.Key != "steps"))
            values.Add(("steps", "none"));
        if (Device.Threads(parse) is { } threads)
            values.Add(("threads", threads.ToString(CultureInfo.InvariantCulture)));
        PretrainRecipe start = named is not null ? Recipes.Read(named) : Chosen(parse, given);
        PretrainRecipe recipe = PretrainRecipe.Load(path: null, values, start);
        return recipe.Data.Paths.Count > 0 ? recipe : throw NoData(parse);
    }

    /// <summary>A recipe that takes seconds, for checks.</summary>
    public static PretrainRecipe Small(string text, int? threads) => new()
    {
        Data = new DataSettings { Paths = [text] },
        Tokenizer = new TokenizerSettings { Kind = TokenizerKind.Character },
        Model = new ModelSettings { Layers = 2, Heads = 2, Channels = 32, Context = 32 },
        Batch = 4,
        Threads = threads,
    };

    /// <summary>A name for a run over this text: that of the first file or folder.</summary>
    public static string NameOf(PretrainRecipe recipe)
    {
        string first = Path.TrimEndingDirectorySeparator(recipe.Data.Paths[0]);
        string name = string.Concat(Path.GetFileNameWithoutExtension(first).Where(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or ' '));
        return name.Trim('.', ' ') is { Length: > 0 } good ? good : "text";
    }

    private static PretrainRecipe Chosen(ParseResult parse, PretrainRecipe given)
    {
        if (given.Data.Paths.Count == 0)
            throw NoData(parse);
        CorpusSize size = new Corpus(given.Data.Paths, given.Data.Documents).Measure();
        return Sizing.Recommend(size, given.Minutes ?? Sizing.DefaultMinutes);
    }

    private static UsageException NoData(ParseResult parse) =>
        new($"{((Verb)parse.CommandResult.Command).Call} needs --data with text files to train on; grimoire quickstart needs none.");
}
