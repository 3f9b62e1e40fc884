using System.Text;
using System.Text.Json.Nodes;
using Grimoire.Models.Chat;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Fuzz;

/// <summary>Damaged files of every format, all the way to where they are used.</summary>
public sealed class FuzzTests : IDisposable
{
    private static readonly JsonArray Messages = JsonNode.Parse(
        """[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi! äöü <|im_end|>"},{"role":"assistant","content":"Hello","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]},{"role":"user","content":" x "}]""")!.AsArray();
    private static readonly JsonArray Tools = JsonNode.Parse("""[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"type":"number"}}}}}]""")!.AsArray();

    private static readonly string[] GgufFamilies = ["qwen2", "llama", "gpt2", "gemma2", "phi3", "qwen3_moe", "bert"];

    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Safetensors_files()
    {
        byte[] good = FuzzSeeds.Safetensors();
        FuzzRun.Run("safetensors", mutator => mutator.Draw(2) == 0 ? mutator.Bytes(good, [good], head: good.Length - 64) : WithHeader(good, mutator), file => Written(file, "x.safetensors", path =>
        {
            SafetensorsFile opened = SafetensorsFile.Open(path);
            foreach (TensorEntry entry in opened.Entries)
                Use(entry, opened.Tensor);
        }));
    }

    [Fact]
    public void Gguf_files()
    {
        byte[][] good = FuzzSeeds.Gguf();
        FuzzRun.Run("gguf", mutator => mutator.Bytes(mutator.Any(good), good), file => Written(file, "x.gguf", path =>
        {
            GgufFile opened = GgufFile.Open(path);
            foreach ((string key, GgufValue value) in opened.Metadata.Pairs)
                Assert.NotEmpty($"{key} {value}");
            foreach (TensorEntry entry in opened.Entries)
                Use(entry, opened.Tensor);
            Speak(GgufVocabulary.Read(opened.Metadata));
        }));
    }

    [Fact]
    public void Models_in_gguf_files_as_bytes()
    {
        byte[][] good = [.. GgufFamilies.Select(FuzzSeeds.GgufModel)];
        FuzzRun.Run("gguf-model-bytes", mutator => mutator.Bytes(mutator.Any(good), good, head: 1200), UseModel);
    }

    [Fact]
    public void Models_in_gguf_files_as_values()
    {
        GgufMutator[] good = [.. GgufFamilies.Select(family => new GgufMutator(FuzzSeeds.GgufModel(family)))];
        FuzzRun.Run("gguf-model", mutator => mutator.Any(good).Damage(mutator), UseModel);
    }

    [Fact]
    public void Vocabularies_in_gguf_files_as_values()
    {
        GgufMutator[] good = [.. FuzzSeeds.Gguf().Select(file => new GgufMutator(file))];
        FuzzRun.Run("gguf-vocabulary", mutator => mutator.Any(good).Damage(mutator), file => Written(file, "x.gguf", path => Speak(Tokenizer.Load(path))));
    }

    [Fact]
    public void Tokenizer_files_as_bytes()
    {
        byte[][] good = FuzzSeeds.TokenizerFiles();
        FuzzRun.Run("tokenizer-json-bytes", mutator => mutator.Bytes(mutator.Any(good), good), file => Speak(TokenizerJson.Read(JsonPlace.Parse(file, "x.json"), new TokenizerSettings())));
    }

    [Fact]
    public void Tokenizer_files_as_json()
    {
        byte[][] good = FuzzSeeds.TokenizerFiles();
        FuzzRun.Run("tokenizer-json", mutator => JsonMutator.Damage(mutator.Any(good), mutator), file => Speak(TokenizerJson.Read(JsonPlace.Parse(file, "x.json"), new TokenizerSettings())));
    }

    [Fact]
    public void SentencePiece_files()
    {
        byte[][] good = FuzzSeeds.SentencePieces();
        FuzzRun.Run("sentencepiece", mutator => mutator.Bytes(mutator.Any(good), good, head: 4096), file =>
            Speak(SentencePieceTokenizer.Build(SentencePieceFile.Read(file, "x.model"), new TokenizerSettings(), [])));
    }

    [Fact]
    public void Tiktoken_files()
    {
        byte[] good = FuzzSeeds.Tiktoken();
        FuzzRun.Run("tiktoken", mutator => mutator.Bytes(good, [good]), file => Written(file, "gpt2.tiktoken", path => Speak(Tokenizer.Load(path))));
    }

    [Fact]
    public void Chat_templates()
    {
        byte[][] good = [.. FuzzSeeds.Templates.Select(Encoding.UTF8.GetBytes)];
        byte[][] words = [.. "{% for x in range(999999999) %}|{% endfor %}|{{ |}}|{% if |{% set |loop|(((((((|[[[[[[[|' * 99999999|~|**|//|99999999999999999999|namespace(|| tojson(indent=999999)|| join|messages|.|[|]|{%- macro f() %}{{ f() }}{% endmacro %}|f()|self|__class__"
            .Split('|', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes)];
        FuzzRun.Run("template", mutator => mutator.Bytes(mutator.Any(good), mutator.Draw(2) == 0 ? words : good, head: 4096), file =>
            ChatTemplate.Parse(Encoding.UTF8.GetString(file), new JsonObject { ["bos_token"] = "<s>" }).Render(Messages, Tools, addGenerationPrompt: true));
    }

    [Fact]
    public void Configs()
    {
        string[] families = ["gpt2", "llama-partial-yarn", "qwen2-window", "qwen3", "gemma3_text", "mixtral", "bert", "phi3-longrope"];
        foreach (string family in families)
            ModelFolder.Save(scratch[family], FamilyModels.Random(family));
        byte[][] good = [.. families.Select(family => File.ReadAllBytes(Path.Combine(scratch[family], "config.json")))];
        int chosen = 0;
        FuzzRun.Run("config", mutator =>
        {
            chosen = mutator.Draw(families.Length);
            return mutator.Draw(2) == 0 ? mutator.Bytes(good[chosen], good, head: 4096) : JsonMutator.Damage(good[chosen], mutator);
        }, file =>
        {
            string folder = scratch[families[chosen]];
            File.WriteAllBytes(Path.Combine(folder, "config.json"), file);
            ModelFolder.Load(folder).Logits(1, 2);
        });
    }

    [Fact]
    public void Tokenizer_configs()
    {
        FuzzSeeds.Tokenizers()[0].Save(scratch.Folder);
        byte[] good = Encoding.UTF8.GetBytes("""{"add_bos_token":true,"add_eos_token":false,"bos_token":{"content":"<|endoftext|>","lstrip":false},"eos_token":"<|im_end|>","pad_token":null,"eot_token":"ab","added_tokens_decoder":{"5":{"content":"x","special":true}},"chat_template":"{{ messages }}","like_sentencepiece":false}""");
        FuzzRun.Run("tokenizer-config", mutator => JsonMutator.Damage(good, mutator), file =>
        {
            scratch.Write("tokenizer_config.json", file);
            Tokenizer tokenizer = Tokenizer.Load(scratch.Folder);
            GgufVocabulary.Write(tokenizer);
            tokenizer.Save(scratch["again"]);
        });
    }

    private void UseModel(byte[] file) => Written(file, "x.gguf", path =>
    {
        LanguageModel model = LanguageModel.Load(path);
        int[] ids = model.Tokenizer.Encode("ab");
        if (ids.Length is > 0 and <= 8 && ids.Length <= model.Config.Context)
            model.Transformer.Logits(ids);
    });

    /// <summary>The header damaged as JSON, with a length that fits it.</summary>
    private static byte[] WithHeader(byte[] good, Mutator mutator)
    {
        int length = BitConverter.ToInt32(good);
        byte[] header = JsonMutator.Damage(good[8..(8 + length)], mutator);
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. good[(8 + length)..]];
    }

    /// <summary>Values of every tensor that can be computed with, decoded.</summary>
    private static void Use(TensorEntry entry, Func<string, Tensors.Tensor> tensor)
    {
        if (entry.DType is not null)
            Runs.Values(tensor(entry.Name));
    }

    /// <summary>Text there and back, with what the vocabulary makes of it.</summary>
    private static void Speak(Tokenizer tokenizer)
    {
        int[] ids = tokenizer.Encode(FuzzSeeds.Text, addSpecial: true, parseSpecial: true);
        tokenizer.Decode(ids, skipSpecial: false);
        tokenizer.Decode(tokenizer.Encode(new string('a', 300)));
    }

    /// <summary>Written over the file before, which may still be mapped but is not looked at again.</summary>
    private void Written(byte[] file, string name, Action<string> use)
    {
        File.WriteAllBytes(scratch[name], file);
        use(scratch[name]);
    }
}
