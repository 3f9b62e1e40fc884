using Grimoire.Models;
using Grimoire.Training.Data;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Worlds;

namespace Grimoire.Training;

/// <summary>
/// A model plays riddles with itself. Of each resident it tells a group of riddles; each true one is put to it again, without the name, and a group of guesses
/// is made. A guess earns 1 if it is right; a riddle earns <see cref="ForTruth"/> if it is true, and the rest of 1 in the share of guesses that are right.
/// </summary>
/// <param name="riddles">The game.</param>
/// <param name="sampler">How it speaks, in plain text.</param>
/// <param name="settings">How many riddles and guesses, and how they are drawn.</param>
/// <param name="sentences">Sentences of a riddle.</param>
/// <param name="seed">Chooses the order of the residents.</param>
public sealed class RiddleGroups(Riddles riddles, RolloutSampler sampler, GrpoSettings settings, int sentences, ulong seed) : GroupSource
{
    /// <summary>What truth alone earns a riddle.</summary>
    public const double ForTruth = 0.3;

    /// <summary>Longest guess, in tokens.</summary>
    internal const int GuessTokens = 16;

    private readonly Draws draws = new(riddles.Residents.Count, seed);

    /// <inheritdoc/>
    public override int Count => riddles.Residents.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<AnswerGroup> Draw(long first, int count, ulong seed, CancellationToken stop = default)
    {
        Person[] residents = [.. draws.Range(first, count).Select(i => riddles.Residents[i])];
        IReadOnlyList<Rollout> tales = sampler.Sample([.. residents.Select(Beginning)], settings.Group, settings.Generation, seed, stop);
        Riddle[] told = [.. tales.Select((tale, i) => riddles.Judge(residents[i / settings.Group], tale.Text, sentences))];
        int[] put = [.. Enumerable.Range(0, told.Length).Where(i => told[i].IsTrue)];
        AnswerGroup[] guesses = Guess(put.Select(i => (residents[i / settings.Group], told[i])), seed + 1, stop);
        var earned = new double[told.Length];
        for (int i = 0; i < put.Length; i++)
            earned[put[i]] = ForTruth + ((1 - ForTruth) * guesses[i].Rewards.Average());
        return [.. residents.Select((_, i) => Tellers(new Range(i * settings.Group, (i + 1) * settings.Group))), .. guesses];

        AnswerGroup Tellers(Range range) => new(
            [.. tales.Take(range)], earned[range], [("riddles", earned[range]), ("true", [.. told[range].Select(riddle => riddle.IsTrue ? 1.0 : 0)])]);
    }

    /// <summary>A resident as the side that tells is given it.</summary>
    internal static PromptExample Beginning(Person resident) => new(new Passage(Riddles.Beginning(resident)), []);

    /// <summary>A riddle as the other side is given it.</summary>
    internal static PromptExample Question((Person Resident, Riddle Riddle) put) => new(new Passage(Riddles.Question(put.Resident, put.Riddle)), []);

    private AnswerGroup[] Guess(IEnumerable<(Person Resident, Riddle Riddle)> put, ulong seed, CancellationToken stop)
    {
        (Person Resident, Riddle)[] asked = [.. put];
        if (asked.Length == 0)
            return [];
        GenerationOptions options = settings.Generation with { MaxTokens = GuessTokens };
        IReadOnlyList<Rollout> guesses = sampler.Sample([.. asked.Select(Question)], settings.Group, options, seed, stop);
        return [.. asked.Select((riddle, i) =>
        {
            Rollout[] group = [.. guesses.Skip(i * settings.Group).Take(settings.Group)];
            double[] earned = [.. group.Select(guess => riddles.IsGuessed(riddle.Resident, guess.Text) ? 1.0 : 0)];
            return new AnswerGroup(group, earned, [("guesses", earned)]);
        })];
    }
}
