using System.Text.Json.Nodes;
using Grimoire.Models.Tokenizers;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>The tokenizer and the token shards of a run, kept in its folder, or in one that several runs share.</summary>
/// <param name="Tokenizer">What turns text into tokens.</param>
/// <param name="Data">The text's tokens.</param>
public sealed record PreparedText(Tokenizer Tokenizer, TokenData Data) : IDisposable
{
    /// <summary>
    /// Trains or loads the tokenizer and builds the shards that several runs share; finds both again later, if the same is asked for. The runs are then
    /// prepared with this folder as that of their text.
    /// </summary>
    /// <param name="recipe">The text and the tokenizer.</param>
    /// <param name="folder">Where tokenizer, shards and request are kept.</param>
    /// <param name="request">All that is asked for, which must be the same every time once a run has begun.</param>
    /// <param name="begun">Whether one has.</param>
    /// <param name="progress">Told in a few words what is being prepared.</param>
    /// <exception cref="GrimoireException">The text is at fault, or the runs were begun with another request.</exception>
    public static PreparedText Share(PretrainRecipe recipe, string folder, JsonObject request, bool begun, IProgress<string>? progress = null) =>
        Read(recipe, folder, folder, request, begun, progress);

    /// <summary>Lets go of the shards.</summary>
    public void Dispose() => Data.Dispose();

    /// <summary>
    /// Trains or loads the tokenizer and builds the shards of a new run; finds both again for one already begun, if it is asked for the same.
    /// </summary>
    /// <exception cref="GrimoireException">The text is at fault, or the folder holds a run that was asked for something else.</exception>
    internal static PreparedText Read(PretrainRecipe recipe, string folder, string? shared, IProgress<string>? progress) =>
        Read(recipe, folder, shared ?? folder, recipe.ToJson(), Run.Exists(folder), progress);

    /// <param name="recipe">The text and the tokenizer.</param>
    /// <param name="folder">Where the request is kept.</param>
    /// <param name="home">Where tokenizer and shards are kept.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="begun">Whether it was asked for before.</param>
    /// <param name="progress">Told in a few words what is being prepared.</param>
    private static PreparedText Read(PretrainRecipe recipe, string folder, string home, JsonObject request, bool begun, IProgress<string>? progress)
    {
        if (begun)
            RunRequest.CheckRecipe(folder, request);
        Corpus corpus = recipe.Corpus();
        Corpus? validation = recipe.ValidationCorpus();
        string tokenizers = Path.Combine(home, "tokenizer");
        Tokenizer tokenizer = ReadTokenizer(recipe, corpus, tokenizers, begun || home != folder, progress);

        progress?.Report("reading the text");
        TextEncoder encoder = TextEncoder.Of(tokenizer, tokenizers);
        var split = new SplitSettings(recipe.Data.ValidationFraction, (ulong)recipe.Seed);
        string shards = Path.Combine(home, "data");
        // Asked first, so that a run's shards are not replaced by those of another text.
        if (begun)
            RunRequest.CheckData(folder, TokenData.KeyFor(shards, corpus, validation, encoder, split));
        TokenData data = TokenData.Prepare(shards, corpus, validation, encoder, split);
        if (!begun)
            RunRequest.Write(folder, request, data.Key);
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
