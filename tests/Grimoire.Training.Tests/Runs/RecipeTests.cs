using System.Text;
using System.Text.Json.Nodes;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests.Runs;

public sealed class RecipeTests
{
    private static PretrainRecipe Read(string json) => PretrainRecipe.Settings.Read(new PretrainRecipe(), Encoding.UTF8.GetBytes(json), "r.json");

    private static string Refusal(string json) => Assert.Throws<GrimoireException>(() => Read(json)).Message;

    private static string Refusal(params (string, string)[] values) =>
        Assert.Throws<GrimoireException>(() => PretrainRecipe.Load(null, values)).Message;

    [Fact]
    public void A_recipe_is_a_flat_object_with_comments()
    {
        PretrainRecipe recipe = Read("""
            {
              // sizes
              "layers": 4, "kv_heads": 2, "family": "gpt2", "tied": false,
              "lr": 1e-3, "steps": null, "minutes": 2.5,
              "data": ["a.txt", "b"], "documents": "line", "validation": null,
            }
            """);
        Assert.Equal((4, 2, ModelFamily.Gpt2, false), (recipe.Model.Layers, recipe.Model.KeyValueHeads, recipe.Model.Family, recipe.Model.Tied));
        Assert.Equal((1e-3, null, 2.5), (recipe.Optimizer.LearningRate, recipe.Steps, recipe.Minutes));
        Assert.Equal(["a.txt", "b"], recipe.Data.Paths);
        Assert.Equal(DocumentUnit.Line, recipe.Data.Documents);
    }

    [Fact]
    public void The_resolved_recipe_reads_back_to_itself()
    {
        PretrainRecipe recipe = Read("""{"layers": 3, "heads": 4, "channels": 8, "lr": 0.1, "min_lr": 0.01, "prompts": ["a\"b", ""], "seed": 9007199254740993}""");
        JsonObject json = recipe.ToJson();
        PretrainRecipe again = Read(json.ToJsonString());
        Assert.True(JsonNode.DeepEquals(json, again.ToJson()));
        Assert.Equal(9007199254740993, again.Seed);
        Assert.Equal(PretrainRecipe.Settings.Count, json.Count);
    }

    [Theory]
    [InlineData("{\n\n\"layer\": 4}", "r.json, line 3: unknown key \"layer\"; did you mean \"layers\"?.")]
    [InlineData("{\"chanels\": 4}", "did you mean \"channels\"?")]
    [InlineData("{\"zzzzzzzz\": 4}", "known are description, data")]
    [InlineData("{\"layers\": 4,\n\"layers\": 5}", "r.json, line 2: layers is given twice")]
    [InlineData("{\"layers\": \"4\"}", "r.json, line 1: layers is \"4\"; expected an integer from 1 to 1024.")]
    [InlineData("{\"layers\": 4.5}", "layers is 4.5; expected an integer")]
    [InlineData("{\"layers\": 0}", "layers is 0; expected an integer from 1 to 1024")]
    [InlineData("{\"layers\": null}", "layers is null; expected an integer from 1 to 1024.")]
    [InlineData("{\"dropout\": 1.5}", "dropout is 1.5; expected a number from 0 to 0.9")]
    [InlineData("{\"lr\": 1e999}", "lr is 1e999; expected a number")]
    [InlineData("{\"tied\": 1}", "tied is 1; expected true or false")]
    [InlineData("{\"family\": \"gpt3\"}", "family is \"gpt3\"; expected gpt2 or llama")]
    [InlineData("{\"data\": \"a.txt\"}", "data is \"a.txt\"; expected paths")]
    [InlineData("{\"data\": [1]}", "data holds a Number")]
    [InlineData("{\"layers\": {\"n\": 1}}", "layers is an object; recipes are flat")]
    [InlineData("{\"layers\": 4", "r.json, line 1: not valid JSON")]
    [InlineData("{\"layers\":\n 4 4}", "r.json, line 2: not valid JSON")]
    [InlineData("{} {}", "not valid JSON")]
    [InlineData("[]", "expected a JSON object")]
    [InlineData("", "not valid JSON")]
    public void What_is_wrong_is_refused_with_its_place_and_what_was_expected(string json, string expected) =>
        Assert.Contains(expected.Replace("?.", "?", StringComparison.Ordinal), Refusal(json), StringComparison.Ordinal);

    [Fact]
    public void The_command_line_overrides_with_the_same_checks()
    {
        PretrainRecipe recipe = PretrainRecipe.Load(null,
            [("--layers", "2"), ("kv-heads", "none"), ("lr", "1e-4"), ("data", "a"), ("data", "b"), ("tied", "false"), SettingList<PretrainRecipe>.Assignment("prompts=x=y")]);
        Assert.Equal((2, null, 1e-4, false), (recipe.Model.Layers, recipe.Model.KeyValueHeads, recipe.Optimizer.LearningRate, recipe.Model.Tied));
        Assert.Equal(["a", "b"], recipe.Data.Paths);
        Assert.Equal(["x=y"], recipe.Log.Prompts);
        Assert.Contains("--layers: layers is \"many\"; expected an integer from 1 to 1024.", Refusal(("layers", "many")), StringComparison.Ordinal);
        Assert.Contains("--layers: layers is \"2, 3\"", Refusal(("layers", "2"), ("layers", "3")), StringComparison.Ordinal);
        Assert.Contains("--kv-heds: unknown key \"kv_heds\"; did you mean \"kv_heads\"?", Refusal(("--kv-heds", "3")), StringComparison.Ordinal);
        Assert.Contains("expected key=value", Assert.Throws<GrimoireException>(() => SettingList<PretrainRecipe>.Assignment("layers")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_contradict_each_other_are_refused()
    {
        Assert.Contains("multiple of heads", Refusal(("channels", "100")), StringComparison.Ordinal);
        Assert.Contains("multiple of kv_heads", Refusal(("kv_heads", "4")), StringComparison.Ordinal);
        Assert.Contains("use family llama", Refusal(("kv_heads", "3"), ("family", "gpt2")), StringComparison.Ordinal);
        Assert.Contains("must be even", Refusal(("channels", "18"), ("heads", "6")), StringComparison.Ordinal);
        Assert.Contains("min_lr is above lr", Refusal(("min_lr", "1")), StringComparison.Ordinal);
        Assert.Contains("neither steps nor minutes", Refusal(("steps", "none")), StringComparison.Ordinal);
        Assert.Contains("warmup is longer", Refusal(("warmup", "3000")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shakespeare-char", 4, 4, 128, 64, 12)]
    [InlineData("shakespeare-char-large", 6, 6, 384, 256, 64)]
    [InlineData("names", 4, 4, 64, 16, 32)]
    [InlineData("quickstart", 6, 6, 192, 256, 8)]
    public void Shipped_recipes_are_good(string name, int layers, int heads, int channels, int context, int batch)
    {
        PretrainRecipe recipe = PretrainRecipe.Load(Path.Combine(Repository(), "recipes", name + ".json"), []);
        Assert.Equal((layers, heads, channels, context), (recipe.Model.Layers, recipe.Model.Heads, recipe.Model.Channels, recipe.Model.Context));
        Assert.Equal(batch, recipe.Batch);
        Assert.NotEqual("", recipe.Description);
    }

    [Fact]
    public void Every_setting_says_what_it_is()
    {
        Assert.All(PretrainRecipe.Settings, setting =>
        {
            Assert.NotEqual("", setting.Group);
            Assert.NotEqual("", setting.Description);
            Assert.NotEqual("", setting.Expected);
            Assert.Matches("^--[a-z0-9-]+$", setting.Option);
        });
    }

    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("lr", "rl", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("steps", "steps", 0)]
    public void Distance_counts_edits(string a, string b, int expected) => Assert.Equal(expected, Nearest.Distance(a, b));

    private static string Repository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Grimoire.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests run inside the repository.");
    }
}
