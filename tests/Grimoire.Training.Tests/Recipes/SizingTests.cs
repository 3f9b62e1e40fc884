using System.Text;
using Grimoire.Models.Tokenizers;
using Grimoire.Training.Data;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Recipes;

public sealed class SizingTests
{
    private static readonly long[] Sizes = [1000, 10_000, 100_000, 399_999, 400_000, 1_100_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000];
    private static readonly double[] Minutes = [1, 5, 10, 60, 600];

    [Fact]
    public void Every_choice_is_a_recipe_without_contradictions()
    {
        foreach (long bytes in Sizes)
        {
            foreach (double minutes in Minutes)
            {
                PretrainRecipe recipe = Recommend(bytes, minutes);
                recipe.Check();
                Assert.Null(recipe.Steps);
                Assert.Equal(minutes, recipe.Minutes);
                Assert.InRange(recipe.Batch * recipe.Model.Context, 256, 4096);
                Assert.InRange(recipe.Data.ValidationFraction * bytes, Math.Min(100, bytes / 10), 1_000_001);
                // The training text must hold many windows of the context.
                Assert.True(recipe.Model.Context * 10 < bytes);
                string json = recipe.ToJson().ToJsonString();
                Assert.Equal(json, PretrainRecipe.Settings.Read(new PretrainRecipe(), Encoding.UTF8.GetBytes(json), "it").ToJson().ToJsonString());
            }
        }
    }

    [Fact]
    public void More_text_or_more_time_never_means_a_smaller_model()
    {
        foreach (double minutes in Minutes)
            AssertRises(Sizes.Select(bytes => Parameters(Recommend(bytes, minutes))));
        foreach (long bytes in Sizes)
            AssertRises(Minutes.Select(minutes => Parameters(Recommend(bytes, minutes))));
    }

    [Fact]
    public void Little_text_is_learned_letter_by_letter_with_dropout_and_much_in_pieces_without()
    {
        PretrainRecipe little = Recommend(100_000, 60), much = Recommend(1_000_000_000, 60);
        Assert.Equal((TokenizerKind.Character, 0.2), (little.Tokenizer.Kind, little.Model.Dropout));
        Assert.Equal((TokenizerKind.Bytes, 0.0), (much.Tokenizer.Kind, much.Model.Dropout));
        Assert.True(Recommend(100_000_000, 10).Tokenizer.Vocabulary > Recommend(1_000_000, 10).Tokenizer.Vocabulary);
    }

    private static PretrainRecipe Recommend(long bytes, double minutes) => Sizing.Recommend(new CorpusSize(1, bytes, bytes), minutes);

    /// <summary>Of the blocks, which the vocabulary does not change.</summary>
    private static double Parameters(PretrainRecipe recipe) => 12.0 * recipe.Model.Layers * recipe.Model.Channels * recipe.Model.Channels;

    private static void AssertRises(IEnumerable<double> values)
    {
        double last = 0;
        foreach (double value in values)
        {
            Assert.True(value >= last);
            last = value;
        }
    }
}
