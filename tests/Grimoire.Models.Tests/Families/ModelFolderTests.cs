using System.Text.Json.Nodes;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

public sealed class ModelFolderTests
{
    public static TheoryData<string> Names => FamilyModels.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Saved_and_loaded_it_is_the_same_model(string name)
    {
        using var scratch = new Scratch();
        Transformer model = FamilyModels.Random(name);
        ModelFolder.Save(scratch["one"], model);
        Transformer loaded = ModelFolder.Load(scratch["one"]);
        ModelFolder.Save(scratch["two"], loaded);

        Assert.Equal(model.Config, loaded.Config);
        Assert.Equal(model.Parameters.Select(p => p.Name), loaded.Parameters.Select(p => p.Name));
        foreach ((Parameter before, Parameter after) in model.Parameters.Zip(loaded.Parameters))
            Assert.Equal(Runs.Values(before.Tensor), Runs.Values(after.Tensor));
        int[] tokens = FamilyModels.Tokens(9);
        Assert.Equal(model.Logits(tokens), loaded.Logits(tokens));
        foreach (string file in new[] { "config.json", "model.safetensors" })
            Assert.Equal(File.ReadAllBytes(scratch[$"one/{file}"]), File.ReadAllBytes(scratch[$"two/{file}"]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Half_precision_stays_in_its_type_and_computes_like_its_float32_copy(string name)
    {
        using var scratch = new Scratch();
        foreach (DType type in new[] { DType.F16, DType.BF16 })
        {
            ModelFolder.Save(scratch["half"], FamilyModels.Random(name), type);
            Transformer half = ModelFolder.Load(scratch["half"]), single = ModelFolder.Load(scratch["half"], trainable: true);
            Assert.All(half.Parameters, p => Assert.Equal(p.Tensor.Shape.Rank == 2 ? type : DType.F32, p.Tensor.DType));
            Assert.All(single.Parameters, p => Assert.True(p.Tensor is { DType: DType.F32, RequiresGrad: true }));
            int[] tokens = FamilyModels.Tokens(9);
            Assert.True(Runs.LargestDifference(single.Logits(tokens), half.Logits(tokens)) < 1e-4);

            ModelFolder.Save(scratch["again"], half);
            Assert.Equal(File.ReadAllBytes(scratch["half/model.safetensors"]), File.ReadAllBytes(scratch["again/model.safetensors"]));
            Assert.Equal(File.ReadAllBytes(scratch["half/config.json"]), File.ReadAllBytes(scratch["again/config.json"]));
        }
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama-gqa")]
    [InlineData("llama-gqa-tied")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    [InlineData("gemma2")]
    [InlineData("mistral-swa")]
    public void Golden_folders_saved_here_hold_the_tensors_they_came_with(string name)
    {
        using var scratch = new Scratch();
        string folder = Golden.Open(name).Model;
        ModelFolder.Save(scratch.Folder, ModelFolder.Load(folder));
        WeightFiles theirs = WeightFiles.Open(folder), ours = WeightFiles.Open(scratch.Folder);
        string prefix = name == "gpt2" ? "transformer." : "";
        string[] weights = [.. theirs.Names.Where(tensor => !tensor.EndsWith(".attn.bias", StringComparison.Ordinal))];
        Assert.Equal(weights.Select(tensor => prefix + tensor).Order(StringComparer.Ordinal), ours.Names.Order(StringComparer.Ordinal));
        foreach (string tensor in weights)
        {
            // Gemma's norms are kept as 1 + w, which has fewer bits to the right of the point than w had.
            double tolerance = name == "gemma2" && tensor.EndsWith("norm.weight", StringComparison.Ordinal) ? Math.Pow(2, -24) : 0;
            Assert.True(Runs.LargestDifference(Runs.Values(theirs.Tensor(tensor)), Runs.Values(ours.Tensor(prefix + tensor))) <= tolerance, tensor);
        }
    }

    [Fact]
    public void Names_may_come_without_the_prefix_and_with_buffers_that_are_no_weights()
    {
        using var scratch = new Scratch();
        foreach ((string name, string prefix, string buffer) in new[]
        {
            ("gpt2", "transformer.", "h.0.attn.masked_bias"), ("llama", "model.", "layers.1.self_attn.rotary_emb.inv_freq"),
        })
        {
            Transformer model = FamilyModels.Random(name);
            ModelFolder.Save(scratch.Folder, model);
            Rewrite(scratch.Folder, tensors => [
                .. tensors.Select(t => (t.Name.StartsWith(prefix, StringComparison.Ordinal) ? t.Name[prefix.Length..] : t.Name, t.Tensor)),
                (buffer, Tensor.Zeros(4))]);
            Assert.Equal(model.Logits(1, 2, 3), ModelFolder.Load(scratch.Folder).Logits(1, 2, 3));
        }
    }

    [Fact]
    public void An_encoder_is_found_behind_a_prefix_old_norm_names_and_heads_that_are_left_out()
    {
        using var scratch = new Scratch();
        Transformer model = FamilyModels.Random("bert");
        ModelFolder.Save(scratch.Folder, model);
        Rewrite(scratch.Folder, tensors => [
            .. tensors.Select(t => ("bert." + t.Name.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal).Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal), t.Tensor)),
            ("bert.pooler.dense.weight", Tensor.Zeros((32, 32))), ("bert.embeddings.position_ids", Tensor.Zeros((1, 24))), ("cls.predictions.transform.LayerNorm.beta", Tensor.Zeros(32))]);
        Assert.Equal(model.Logits(1, 2, 3), ModelFolder.Load(scratch.Folder).Logits(1, 2, 3));
    }

    [Fact]
    public void The_text_model_is_found_within_one_of_text_and_images()
    {
        using var scratch = new Scratch();
        Transformer model = FamilyModels.Random("gemma3_text");
        foreach (string prefix in new[] { "language_model.model.", "model.language_model." })
        {
            ModelFolder.Save(scratch.Folder, model);
            Rewrite(scratch.Folder, tensors => [
                .. tensors.Select(t => (t.Name.Replace("model.", prefix, StringComparison.Ordinal), t.Tensor)), ("vision_tower.vision_model.post_layernorm.weight", Tensor.Zeros(3))]);
            JsonObject text = JsonNode.Parse(File.ReadAllText(scratch["config.json"]))!.AsObject();
            scratch.Write("config.json", new JsonObject
            {
                ["architectures"] = new JsonArray("Gemma3ForConditionalGeneration"),
                ["model_type"] = "gemma3",
                ["text_config"] = text,
                ["vision_config"] = new JsonObject { ["hidden_size"] = 3 },
            }.ToJsonString());
            Assert.Equal(model.Logits(1, 2, 3), ModelFolder.Load(scratch.Folder).Logits(1, 2, 3));
        }
    }

    [Fact]
    public void A_tied_head_may_be_stored_if_it_is_the_embedding()
    {
        using var scratch = new Scratch();
        Transformer model = FamilyModels.Random("gpt2");
        ModelFolder.Save(scratch.Folder, model);
        Rewrite(scratch.Folder, tensors => [.. tensors, ("lm_head.weight", model.TokenEmbedding)]);
        Assert.Equal(model.Logits(1, 2, 3), ModelFolder.Load(scratch.Folder).Logits(1, 2, 3));

        Tensor other = model.TokenEmbedding.Keep();
        other.Span<float>()[5] += 1;
        Rewrite(scratch.Folder, tensors => [.. tensors.Where(t => t.Name != "lm_head.weight"), ("lm_head.weight", other)]);
        Assert.Contains("lm_head.weight differs from the embedding", Refused(scratch.Folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_left_over_and_misshapen_weights_are_named()
    {
        using var scratch = new Scratch();
        void Reset() => ModelFolder.Save(scratch.Folder, FamilyModels.Random("llama"));

        Reset();
        Rewrite(scratch.Folder, tensors => tensors.Where(t => t.Name != "model.layers.1.mlp.up_proj.weight"));
        Assert.Contains("model.layers.1.mlp.up_proj.weight is missing", Refused(scratch.Folder), StringComparison.Ordinal);
        Reset();
        Rewrite(scratch.Folder, tensors => [.. tensors, ("model.layers.2.mlp.up_proj.weight", Tensor.Zeros(3)), ("score.weight", Tensor.Zeros(3))]);
        Assert.Contains("uses model.layers.2.mlp.up_proj.weight, score.weight", Refused(scratch.Folder), StringComparison.Ordinal);
        Reset();
        Rewrite(scratch.Folder, tensors => tensors.Select(t => t.Name == "model.norm.weight" ? (t.Name, Tensor.Zeros(31)) : t));
        Assert.Contains("model.norm.weight is F32 [31] where config.json asks for [32]", Refused(scratch.Folder), StringComparison.Ordinal);
        Reset();
        Rewrite(scratch.Folder, tensors => tensors.Select(t => t.Name == "model.norm.weight" ? (t.Name, Tensor.Zeros(32, DType.I32)) : t));
        Assert.Contains("model.norm.weight is I32 [32]", Refused(scratch.Folder), StringComparison.Ordinal);
        Reset();
        File.Delete(scratch["model.safetensors"]);
        Assert.Contains("neither model.safetensors nor", Refused(scratch.Folder), StringComparison.Ordinal);
        File.Delete(scratch["config.json"]);
        Assert.Contains("config.json: there is no such file", Refused(scratch.Folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_beyond_the_range_of_F16_are_refused_rather_than_made_infinite()
    {
        using var scratch = new Scratch();
        Transformer model = FamilyModels.Random("llama");
        model.Blocks[1].FeedForward!.Down.Weight.Span<float>()[3] = 1e6f;
        string message = Assert.Throws<GrimoireException>(() => ModelFolder.Save(scratch.Folder, model, DType.F16)).Message;
        Assert.Contains("model.layers.1.mlp.down_proj.weight has values beyond", message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(scratch.Folder));
    }

    [Fact]
    public void A_model_its_family_cannot_express_is_not_saved()
    {
        using var scratch = new Scratch();
        Transformer model = FamilyModels.Random(FamilyModels.Configs["gpt2"] with { Norm = NormKind.Rms });
        Assert.Contains("cannot express", Assert.Throws<GrimoireException>(() => ModelFolder.Save(scratch.Folder, model)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(scratch.Folder));
    }

    [Fact]
    public void A_model_can_be_saved_over_the_folder_it_was_loaded_from()
    {
        using var scratch = new Scratch();
        ModelFolder.Save(scratch.Folder, FamilyModels.Random("llama"));
        Transformer mapped = ModelFolder.Load(scratch.Folder);
        float[] before = mapped.Logits(1, 2, 3);
        ModelFolder.Save(scratch.Folder, mapped);
        Assert.Equal(before, mapped.Logits(1, 2, 3));
        Assert.Equal(before, ModelFolder.Load(scratch.Folder).Logits(1, 2, 3));
    }

    private static void Rewrite(string folder, Func<IEnumerable<(string Name, Tensor Tensor)>, IEnumerable<(string, Tensor)>> change)
    {
        string path = Path.Combine(folder, "model.safetensors");
        SafetensorsFile file = SafetensorsFile.Open(path);
        Safetensors.Write(path, [.. change([.. file.Entries.Select(entry => (entry.Name, file.Tensor(entry.Name)))])], file.Metadata);
    }

    private static string Refused(string folder) => Assert.Throws<GrimoireException>(() => ModelFolder.Load(folder)).Message;
}
