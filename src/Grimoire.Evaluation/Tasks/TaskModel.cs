namespace Grimoire.Evaluation.Tasks;

/// <summary>
/// What is evaluated: a Grimoire model or an endpoint. Requests are answered in any order; each answer is told as soon as it is there, so that it can be kept.
/// What is answered depends on the request alone, not on its company.
/// </summary>
public abstract class TaskModel
{
    /// <summary>What to call it.</summary>
    public abstract string Name { get; }

    /// <summary>Equal for models that answer alike: a hash of weights and vocabulary, or the endpoint's address and the model's name there.</summary>
    public abstract string Fingerprint { get; }

    /// <summary>Whether it has a chat format, or an endpoint takes conversations.</summary>
    public abstract bool Chats { get; }

    /// <summary>Says how likely each continuation is after its context.</summary>
    /// <param name="requests">Contexts and continuations.</param>
    /// <param name="done">Takes the index of a request and its score, on one thread at a time.</param>
    /// <param name="cancellation">Ends the work soon; what was told stays.</param>
    /// <exception cref="GrimoireException">A text cannot be scored.</exception>
    public abstract void Score(IReadOnlyList<ContinuationRequest> requests, Action<int, ContinuationScore> done, CancellationToken cancellation = default);

    /// <summary>Says how likely each text is as a whole, from its first token on.</summary>
    /// <inheritdoc cref="Score(IReadOnlyList{ContinuationRequest}, Action{int, ContinuationScore}, CancellationToken)"/>
    public abstract void ScoreTexts(IReadOnlyList<string> requests, Action<int, ContinuationScore> done, CancellationToken cancellation = default);

    /// <summary>Continues or answers each prompt.</summary>
    /// <param name="requests">Prompts, and how to go on.</param>
    /// <param name="done">Takes the index of a request and its answer, on one thread at a time.</param>
    /// <param name="cancellation">Ends the work soon; what was told stays.</param>
    /// <exception cref="GrimoireException">A prompt cannot be continued.</exception>
    public abstract void Generate(IReadOnlyList<GenerateRequest> requests, Action<int, GeneratedAnswer> done, CancellationToken cancellation = default);

    /// <summary>The pieces that the model reads of a context and a continuation, as <c>--show</c> prints them; null where they are not known here.</summary>
    public virtual (IReadOnlyList<string> Context, IReadOnlyList<string> Continuation)? Pieces(ContinuationRequest request) => null;

    /// <summary>All scores, in the order of the requests.</summary>
    /// <inheritdoc cref="Score(IReadOnlyList{ContinuationRequest}, Action{int, ContinuationScore}, CancellationToken)"/>
    public IReadOnlyList<ContinuationScore> Score(IReadOnlyList<ContinuationRequest> requests, CancellationToken cancellation = default) =>
        All<ContinuationScore>(requests.Count, done => Score(requests, done, cancellation));

    /// <summary>All scores, in the order of the texts.</summary>
    /// <inheritdoc cref="ScoreTexts(IReadOnlyList{string}, Action{int, ContinuationScore}, CancellationToken)"/>
    public IReadOnlyList<ContinuationScore> ScoreTexts(IReadOnlyList<string> requests, CancellationToken cancellation = default) =>
        All<ContinuationScore>(requests.Count, done => ScoreTexts(requests, done, cancellation));

    /// <summary>All answers, in the order of the requests.</summary>
    /// <inheritdoc cref="Generate(IReadOnlyList{GenerateRequest}, Action{int, GeneratedAnswer}, CancellationToken)"/>
    public IReadOnlyList<GeneratedAnswer> Generate(IReadOnlyList<GenerateRequest> requests, CancellationToken cancellation = default) =>
        All<GeneratedAnswer>(requests.Count, done => Generate(requests, done, cancellation));

    private static T[] All<T>(int count, Action<Action<int, T>> ask)
    {
        var all = new T[count];
        ask((index, one) => all[index] = one);
        return all;
    }
}

/// <summary>A continuation to be scored.</summary>
/// <param name="Context">What comes before it; may be empty.</param>
/// <param name="Continuation">What is scored, with the space that parts it from the context.</param>
public sealed record ContinuationRequest(string Context, string Continuation)
{
    /// <summary>Whether the context is said by a user in the model's chat format and the continuation begins the answer.</summary>
    public bool Chat { get; init; }
}

/// <summary>How likely a continuation or a text is.</summary>
/// <param name="LogProbability">Σ ln p(token | what came before), in nats.</param>
/// <param name="Tokens">How many tokens were scored.</param>
/// <param name="IsGreedy">Whether each of them was the likeliest in its place.</param>
public sealed record ContinuationScore(double LogProbability, int Tokens, bool IsGreedy);

/// <summary>A prompt to be continued.</summary>
/// <param name="Prompt">The text.</param>
public sealed record GenerateRequest(string Prompt)
{
    /// <summary>Whether the prompt is said by a user in the model's chat format.</summary>
    public bool Chat { get; init; }

    /// <summary>What the answer begins with already: the model goes on behind it, and says it not again.</summary>
    public string Begun { get; init; } = "";

    /// <summary>Strings that end the answer and are no part of it; the end of the text always ends it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>The most tokens of the answer.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>0 for the likeliest token each time.</summary>
    public double Temperature { get; init; }

    /// <summary>Tokens are drawn from the smallest set whose probabilities come to this.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Same request, same answer; several answers to one prompt need several seeds.</summary>
    public ulong Seed { get; init; }
}

/// <summary>An answer.</summary>
/// <param name="Text">What was said, without the stop string.</param>
/// <param name="Tokens">How many tokens it took, those that ended it among them.</param>
/// <param name="PromptTokens">How many tokens the prompt had.</param>
/// <param name="Ended">Whether it came to an end by itself and not by the limit of its length.</param>
public sealed record GeneratedAnswer(string Text, int Tokens, int PromptTokens, bool Ended)
{
    /// <summary>The stop string that ended it; null where none did, or where it is not known which.</summary>
    public string? StoppedBy { get; init; }

    /// <summary>ln p of each token under the model's unmodified distribution; empty where it is not known.</summary>
    public IReadOnlyList<float> LogProbabilities { get; init; } = [];

    /// <summary>The entropy in nats in each token's place; empty where it is not known.</summary>
    public IReadOnlyList<float> Entropies { get; init; } = [];
}
