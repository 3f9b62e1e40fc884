using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>Texts straight from a language model; keep a <see cref="Generator"/> where there are many of them.</summary>
public static class LanguageModelText
{
    extension(LanguageModel model)
    {
        /// <summary>What continues texts with this model.</summary>
        /// <param name="kernels">What computes; null for the processor's vector units.</param>
        /// <param name="draft">A smaller model with the same tokenizer that guesses what comes next; null for none.</param>
        /// <exception cref="GrimoireException">The draft model's tokenizer is another one, or it has no logits.</exception>
        public Generator Generator(Kernels? kernels = null, LanguageModel? draft = null) =>
            new(model.Transformer, model.Tokenizer, kernels ?? Kernels.Simd, draft is null ? null : DraftModel.Of(model, draft));

        /// <inheritdoc cref="ChatClient(LanguageModel, ChatClientOptions?)"/>
        public ChatClient AsChatClient(ChatClientOptions? options = null) => new(model, options);

        /// <inheritdoc cref="Generator.Generate(string, GenerationOptions?, PromptCache?, CancellationToken)"/>
        public GeneratedText Generate(string prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
            model.Generator().Generate(prompt, options, cache: null, cancellation);

        /// <inheritdoc cref="Generator.Stream(string, GenerationOptions?, PromptCache?, CancellationToken)"/>
        public IEnumerable<GeneratedToken> Stream(string prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
            model.Generator().Stream(prompt, options, cache: null, cancellation);

        /// <inheritdoc cref="Generator.Score"/>
        public IReadOnlyList<ScoredToken> Score(string text, int stride = 0) => model.Generator().Score(text, stride);
    }
}
