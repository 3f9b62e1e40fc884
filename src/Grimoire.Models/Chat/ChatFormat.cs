using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat;

/// <summary>Which chat format a model is taught and spoken to in.</summary>
public static class ChatFormat
{
    /// <summary>The name that asks for no format: prompts and answers are then joined as they are.</summary>
    public const string None = "none";

    /// <summary>
    /// The format that was asked for; else the model's own; else <c>chatml</c>, where its vocabulary has the tokens for it, and <c>plain</c> where it has not.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="asked">The name of a built-in format, a file, <see cref="None"/>, or null.</param>
    /// <exception cref="GrimoireException">There is no format of this name, its file is not understood, or nothing was asked for and none fits.</exception>
    public static ChatTemplate? Of(LanguageModel model, string? asked = null) =>
        asked == None ? null : asked is not null ? Find(asked) : model.ChatTemplate ?? Fitting(model.Tokenizer);

    /// <summary>What to call a format: the name of a built-in one, or that the model has its own.</summary>
    public static string NameOf(ChatTemplate? template) => template is null ? None
        : ChatTemplate.BuiltInNames.FirstOrDefault(name => BuiltInTemplates.Source(name) == template.Source) ?? "its own";

    /// <summary>A format from a file, or one of those that come with Grimoire.</summary>
    /// <exception cref="GrimoireException">There is no format of this name, or its file is not understood.</exception>
    public static ChatTemplate Find(string nameOrFile)
    {
        if (!File.Exists(nameOrFile))
            return ChatTemplate.BuiltIn(nameOrFile);
        try
        {
            return ChatTemplate.Parse(ChatTemplateFiles.ReadText(nameOrFile)!);
        }
        catch (GrimoireException e)
        {
            throw new GrimoireException($"{nameOrFile}: {e.Message}", e);
        }
    }

    /// <summary>The built-in format for a vocabulary whose model has none of its own.</summary>
    private static ChatTemplate Fitting(Tokenizer tokenizer) =>
        tokenizer.Id("<|im_start|>") is not null && tokenizer.Id("<|im_end|>") is not null ? ChatTemplate.BuiltIn("chatml")
        : tokenizer.EndOfText is not null ? ChatTemplate.BuiltIn("plain")
        : throw new GrimoireException(
            "the model's vocabulary has neither the tokens of a chat format nor an end of text, so an answer could never end; " +
            "take a model whose vocabulary has them, such as one raised with --tokenizer bpe.");
}
