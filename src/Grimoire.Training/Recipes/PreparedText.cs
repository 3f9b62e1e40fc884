using Grimoire.Models.Tokenizers;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>The tokenizer and the token shards of a run, kept in its folder.</summary>
internal sealed record PreparedText(Tokenizer Tokenizer, TokenData Data)
{
    /// <summary>Trains or loads the tokenizer and builds the shards of a new run; finds both again for one already begun, if it is asked for the same.</summary>
    /// <exception cref="GrimoireException">The text is at fault, or the folder holds a run that was asked for something else.</exception>
    public static PreparedText Read(PretrainRecipe recipe, string folder, IProgress<string>? progress)
    {
        bool begun = Run.Exists(folder);
        if (begun)
            RunRequest.CheckRecipe(folder, recipe.ToJson());
        Corpus corpus = recipe.Corpus();
        Corpus? validation = recipe.ValidationCorpus();
        Tokenizer tokenizer = ReadTokenizer(recipe, corpus, Path.Combine(folder, "tokenizer"), begun, progress);

        progress?.Report("reading the text");
        TextEncoder encoder = TextEncoder.Of(tokenizer, Path.Combine(folder, "tokenizer"));
        var split = new SplitSettings(recipe.Data.ValidationFraction, (ulong)recipe.Seed);
        string shards = Path.Combine(folder, "data");
        // Asked first, so that a run's shards are not replaced by those of another text.
        if (begun)
            RunRequest.CheckData(folder, TokenData.KeyFor(shards, corpus, validation, encoder, split));
        TokenData data = TokenData.Prepare(shards, corpus, validation, encoder, split);
        if (!begun)
            RunRequest.Write(folder, recipe.ToJson(), data.Key);
        return new PreparedText(tokenizer, data);
    }

    private static Tokenizer ReadTokenizer(PretrainRecipe recipe, Corpus corpus, string folder, bool begun, IProgress<string>? progress)
    {
        if (begun)
            return Tokenizer.Load(folder);
        progress?.Report(recipe.Tokenizer.Path is null ? "training the tokenizer" : "loading the tokenizer");
        recipe.MakeTokenizer(corpus).Save(folder);
        // As a continued run will find it.
        return Tokenizer.Load(folder);
    }
}
