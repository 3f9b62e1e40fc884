using System.Text;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>
/// A language model as a judge: it is asked whether answer A or answer B is better, and what counts is how likely it finds the two letters, not which of them
/// it happens to write. No answer is sampled, so it takes one reading and gives the same verdict each time.
/// </summary>
public sealed class ModelJudge : Judge
{
    private readonly LanguageModel model;
    private readonly ExampleEncoder encoder;
    private readonly Workspace workspace;
    private readonly string criterion;
    private readonly int[] shared;
    private readonly int a, b;

    /// <summary>A judge.</summary>
    /// <param name="model">The model.</param>
    /// <param name="template">How its conversations are written; null for plain text that the letter continues.</param>
    /// <param name="name">Its name.</param>
    /// <param name="kernels">What computes.</param>
    /// <param name="criterion">What makes an answer better, as it ends "the answer that is …".</param>
    /// <exception cref="GrimoireException">The model writes nothing, or its tokenizer cannot tell the letters apart.</exception>
    public ModelJudge(
        LanguageModel model, ChatTemplate? template, string name, Kernels kernels, string criterion = "more helpful, more honest and less harmful")
    {
        (this.model, this.criterion, Name) = (model, criterion, $"judge:{name}");
        if (!model.Config.Head || !model.Config.Causal)
            throw new GrimoireException($"{name}: this model writes nothing, so it cannot be asked; give a language model or a reward model as the judge.");
        encoder = new ExampleEncoder(model.Tokenizer, template, model.Config.Context);
        workspace = new Workspace(kernels);
        (shared, a, b) = Letters(model.Tokenizer, template is null ? " " : "", name);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    protected override double Preference(Passage prompt, string shownFirst, string shownSecond)
    {
        int[] ids = [.. encoder.EncodePrompt(new PromptExample(new Passage(Question(prompt, shownFirst, shownSecond)), [])), .. shared];
        workspace.Reset();
        ReadOnlySpan<float> logits = model.Transformer.ForwardLast(model.Transformer.Begin(workspace, Batch.Of(ids))).Span<float>();
        return MarginLosses.Logistic((double)logits[a] - logits[b]);
    }

    /// <summary>What the judge is asked.</summary>
    internal string Question(Passage prompt, string a, string b)
    {
        var text = new StringBuilder("Here is a conversation and two answers that an assistant could give next.\n\n[Conversation]\n");
        foreach (JsonNode? message in prompt.AsMessages("user"))
            text.Append(message!["role"]).Append(": ").Append(message["content"]).Append('\n');
        text.Append("\n[Answer A]\n").Append(a.Trim()).Append("\n\n[Answer B]\n").Append(b.Trim());
        text.Append("\n\nWhich is the answer that is ").Append(criterion).Append("? Reply with one letter, A or B.");
        return encoder.Template is null ? text.Append("\nThe better answer is").ToString() : text.ToString();
    }

    /// <summary>The tokens of the two letters: what they begin with alike, and where they part.</summary>
    private static (int[] Shared, int A, int B) Letters(Tokenizer tokenizer, string before, string name)
    {
        int[] first = tokenizer.EncodeContinuation(before + "A"), second = tokenizer.EncodeContinuation(before + "B");
        int common = first.AsSpan().CommonPrefixLength(second);
        return common < first.Length && common < second.Length ? (first[..common], first[common], second[common])
            : throw new GrimoireException($"{name}: its vocabulary does not tell the letters A and B apart, so it cannot be asked which answer is better.");
    }
}
