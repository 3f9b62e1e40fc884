using Grimoire.Models;

namespace Grimoire.Runner;

/// <summary>A way of talking with a model.</summary>
internal abstract class Talk
{
    /// <summary>Tells a person what to type.</summary>
    public abstract string Greeting { get; }

    /// <summary>The talk that a model has learnt: a chat where it knows how one is written, else the continuing of texts.</summary>
    public static Talk With(LanguageModel model, RunnerOptions options) =>
        model.ChatTemplate is null ? new Continuing(model, options) : new Chatting(model, options);

    /// <summary>The pieces of an answer, as they come.</summary>
    /// <exception cref="GrimoireException">There is no room for it in the model's context.</exception>
    public abstract IEnumerable<string> Answer(string prompt, CancellationToken stop);

    /// <summary>Begins anew.</summary>
    public abstract void Forget();
}
