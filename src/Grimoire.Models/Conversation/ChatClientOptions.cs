using Grimoire.Models.Chat;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>How a <see cref="ChatClient"/> answers where a request says nothing.</summary>
public sealed record ChatClientOptions
{
    /// <summary>How a conversation becomes text; null for the model's own template.</summary>
    public ChatTemplate? Template { get; init; }

    /// <summary>What computes; null for the processor's vector units.</summary>
    public Kernels? Kernels { get; init; }

    /// <summary>The model's name in responses; null for that of its family.</summary>
    public string? ModelId { get; init; }

    /// <summary>
    /// How answers are made; null for what the model's makers say (<see cref="LanguageModel.Defaults"/>) and as many tokens as the context has room for. With
    /// <see cref="GenerationOptions.Scores"/> or <see cref="GenerationOptions.Alternatives"/> there is an update for each token, and its
    /// <c>RawRepresentation</c> is the <see cref="GeneratedToken"/>.
    /// </summary>
    public GenerationOptions? Generation { get; init; }

    /// <summary>
    /// A smaller model with the same tokenizer that guesses what comes next (<see cref="GenerationOptions.DraftTokens"/>); null for none. Answers are drawn
    /// with the same probabilities with and without.
    /// </summary>
    public LanguageModel? Draft { get; init; }

    /// <summary>
    /// How many conversations are remembered, so that their next turn is read without what came before; the least recent one is forgotten first.
    /// </summary>
    public int Conversations { get; init; } = 4;
}
