using System.Text.Json.Nodes;
using Grimoire.Models.Chat;
using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;
using Grimoire.Tests;

namespace Grimoire.Models.Tests.Chat;

/// <summary>Templates as models keep them, read and written back.</summary>
public sealed class ChatTemplateFilesTests
{
    private const string Source = "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}{% endfor %}";

    [Fact]
    public void Finds_a_template_wherever_a_folder_keeps_it()
    {
        using var scratch = new Scratch();
        Assert.Null(ChatTemplateFiles.Read(scratch.Folder));
        Write(scratch, "tokenizer_config.json", new JsonObject { ["chat_template"] = "config", ["bos_token"] = "<s>", ["eos_token"] = new JsonObject { ["content"] = "</s>" } });
        Assert.Equal("config", ChatTemplateFiles.Read(scratch.Folder)!.Source);
        Write(scratch, "chat_template.json", new JsonObject { ["chat_template"] = "json" });
        Assert.Equal("json", ChatTemplateFiles.Read(scratch.Folder)!.Source);
        File.WriteAllText(scratch["chat_template.jinja"], Source);
        Assert.Equal("<s>user: Hello!</s>", ChatTemplateFiles.Read(scratch.Folder)!.Render(Conversations.Of(("user", "Hello!"))));
    }

    [Fact]
    public void Takes_the_template_for_tools_where_there_is_one()
    {
        using var scratch = new Scratch();
        JsonArray named = [new JsonObject { ["name"] = "default", ["template"] = "plain" }, new JsonObject { ["name"] = "tool_use", ["template"] = "{{ tools[0].name }}" }];
        Write(scratch, "tokenizer_config.json", new JsonObject { ["chat_template"] = named });
        ChatTemplate template = ChatTemplateFiles.Read(scratch.Folder)!;
        Assert.Equal("plain", template.Render([]));
        Assert.Equal("now", template.Render([], [new JsonObject { ["name"] = "now" }]));

        ChatTemplateFiles.Write(template, scratch["copy"]);
        ChatTemplate copy = ChatTemplateFiles.Read(scratch["copy"])!;
        Assert.Equal((template.Source, template.ToolUse), (copy.Source, copy.ToolUse));
    }

    [Fact]
    public void A_model_keeps_its_template_through_folders()
    {
        using var scratch = new Scratch();
        Tokenizer tokenizer = Conversations.Tokenizer;
        Transformer transformer = FamilyModels.Random(Llama.Config(layers: 1, heads: 2, channels: 16, context: 24, vocabulary: tokenizer.VocabularySize, keyValueHeads: 2));
        var model = new LanguageModel(transformer, tokenizer) { ChatTemplate = ChatTemplate.Parse(Source) };
        model.Save(scratch["one"]);
        LanguageModel loaded = LanguageModel.Load(scratch["one"]);
        Assert.Equal(Source, loaded.ChatTemplate!.Source);
        Assert.Equal("user: Hello!</s>", loaded.ChatTemplate.Render(Conversations.Of(("user", "Hello!")))); // this tokenizer names no begin of text
        (loaded with { ChatTemplate = ChatTemplate.BuiltIn("chatml") }).Save(scratch["one"]);
        Assert.Equal(ChatTemplate.BuiltIn("chatml").Source, LanguageModel.Load(scratch["one"]).ChatTemplate!.Source);
    }

    [Fact]
    public void A_model_opens_though_its_template_is_broken()
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["chat_template.jinja"], "{% if %}");
        ChatTemplate template = ChatTemplateFiles.Read(scratch.Folder)!;
        Assert.Contains("not understood at line 1", Assert.Throws<GrimoireException>(() => template.Render([])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_GGUF_metadata()
    {
        GgufMetadata metadata = GgufMetadata.Of([new(ChatTemplateFiles.GgufKey, GgufValue.Of(Source)), new(ChatTemplateFiles.GgufToolKey, GgufValue.Of("tools"))]);
        ChatTemplate template = ChatTemplateFiles.Read(metadata)!;
        Assert.Equal((Source, "tools"), (template.Source, template.ToolUse));
        Assert.Null(ChatTemplateFiles.Read(GgufMetadata.Of([])));
    }

    [Fact]
    public void Qwen2_s_own_file_gives_its_format()
    {
        string? folder = Shared.Path("data/tok-qwen2");
        Assert.SkipWhen(folder is null, "needs ../shared/data/tok-qwen2");
        string expected = ChatTemplate.BuiltIn("chatml").Render(Conversations.Greeting, addGenerationPrompt: true) + "template ends here";
        Assert.Equal(expected, ChatTemplateFiles.Read(folder)!.Render(Conversations.Greeting, addGenerationPrompt: true));
    }

    private static void Write(Scratch scratch, string name, JsonObject json) => File.WriteAllText(scratch[name], json.ToJsonString());
}
