using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Answers;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;

namespace Grimoire.Training;

/// <summary>
/// How well a model plays riddles with itself, about every resident, always with the same draws; and how well it guesses riddles in the world's own words,
/// which it has never played: a private language of both sides would show there. And what it forgets meanwhile.
/// </summary>
/// <param name="riddles">The game.</param>
/// <param name="model">What plays.</param>
/// <param name="sampler">How it speaks.</param>
/// <param name="settings">How riddles are drawn; guesses are greedy.</param>
/// <param name="sentences">Sentences of a riddle.</param>
/// <param name="text">Plain text whose perplexity is measured.</param>
public sealed class RiddleValidation(Riddles riddles, LanguageModel model, RolloutSampler sampler, GrpoSettings settings, int sentences, PlainText text)
    : Validation
{
    private const ulong Seed = 1;

    /// <inheritdoc/>
    public override ValidationResult Measure(Workspace workspace)
    {
        (Person Resident, Riddle Riddle, string Guess)[] own = Play();
        (Person, Riddle)[] world = [.. riddles.Residents.Select(resident => (resident, riddles.Tell(resident, sentences, Seed)))];
        string[] guesses = Guess(world);
        double guessed = own.Average(played => played.Riddle.IsTrue && riddles.IsGuessed(played.Resident, played.Guess) ? 1.0 : 0);
        return new ValidationResult(-guessed,
        [
            (Metric.RiddlesTrue, own.Average(played => played.Riddle.IsTrue ? 1.0 : 0)),
            (Metric.RiddlesGuessed, guessed),
            (Metric.WorldRiddlesGuessed, world.Zip(guesses).Average(pair => riddles.IsGuessed(pair.First.Item1, pair.Second) ? 1.0 : 0)),
            (Metric.Perplexity, text.Perplexity(model.Transformer, workspace)),
        ]);
    }

    /// <summary>A riddle about each resident, and what the other side says to it.</summary>
    public (Person Resident, Riddle Riddle, string Guess)[] Play()
    {
        IReadOnlyList<Rollout> tales = sampler.Sample([.. riddles.Residents.Select(RiddleGroups.Beginning)], 1, settings.Generation, Seed);
        (Person Resident, Riddle Riddle)[] told =
            [.. riddles.Residents.Zip(tales).Select(pair => (pair.First, riddles.Judge(pair.First, pair.Second.Text, sentences)))];
        return [.. told.Zip(Guess(told)).Select(pair => (pair.First.Resident, pair.First.Riddle, pair.Second))];
    }

    private string[] Guess((Person, Riddle)[] told) =>
        [.. sampler.Sample([.. told.Select(RiddleGroups.Question)], 1,
            new GenerationOptions { MaxTokens = RiddleGroups.GuessTokens, Sampling = SamplingOptions.Greedy }, 0).Select(guess => guess.Text.Trim())];
}
