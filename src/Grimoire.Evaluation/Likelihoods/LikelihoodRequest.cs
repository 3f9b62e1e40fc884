using Grimoire.Models;

namespace Grimoire.Evaluation.Likelihoods;

/// <summary>Token ids to be scored after others.</summary>
/// <param name="Context">What comes before, at least one id.</param>
/// <param name="Continuation">What is scored, at least one id. Without its last id, both together fit the model's context.</param>
public sealed record LikelihoodRequest(int[] Context, int[] Continuation);

/// <summary>How likely a continuation is.</summary>
/// <param name="LogProbability">Σ ln p(token | what came before), in nats, added up in order.</param>
/// <param name="Tokens">How many tokens were scored.</param>
/// <param name="IsGreedy">Whether no token had a likelier one in its place.</param>
public sealed record Likelihood(double LogProbability, int Tokens, bool IsGreedy)
{
    /// <summary>The tokens one by one, where that was asked for; else empty.</summary>
    public IReadOnlyList<TokenScore> Scores { get; init; } = [];

    /// <summary>Adds tokens up.</summary>
    internal static Likelihood Of(TokenScore[] scores, bool keep)
    {
        double sum = 0;
        bool greedy = true;
        foreach (TokenScore score in scores)
        {
            sum += score.LogProbability;
            greedy &= score.Rank == 1;
        }

        return new Likelihood(sum, scores.Length, greedy) { Scores = keep ? scores : [] };
    }
}
