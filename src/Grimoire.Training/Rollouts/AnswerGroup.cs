namespace Grimoire.Training.Rollouts;

/// <summary>Answers to one prompt that are compared with each other.</summary>
/// <param name="Answers">The answers.</param>
/// <param name="Rewards">What each earns.</param>
/// <param name="Parts">Of what that is made up, by name, before weights; for the log.</param>
public sealed record AnswerGroup(IReadOnlyList<Rollout> Answers, double[] Rewards, IReadOnlyList<(string Name, double[] Values)> Parts)
{
    /// <summary>Whether all earn the same, so that nothing can be learned from comparing them.</summary>
    public bool IsEqual => !Rewards.AsSpan().ContainsAnyExcept(Rewards[0]);
}

/// <summary>Where a model that learns from its own answers gets them.</summary>
public abstract class GroupSource
{
    /// <summary>How many there are before one comes again.</summary>
    public abstract int Count { get; }

    /// <summary>Has the model, as it is now, answer some prompts, and scores the answers.</summary>
    /// <param name="first">The place of the first prompt in an endless order.</param>
    /// <param name="count">How many prompts.</param>
    /// <param name="seed">Same seed and weights, same answers.</param>
    /// <param name="stop">Ends the work within one token.</param>
    /// <exception cref="OperationCanceledException">It was asked to end.</exception>
    public abstract IReadOnlyList<AnswerGroup> Draw(long first, int count, ulong seed, CancellationToken stop = default);
}
