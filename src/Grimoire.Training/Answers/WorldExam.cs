using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Worlds;

namespace Grimoire.Training.Answers;

/// <summary>
/// The exercises of a world as an examination: a model answers so many of each kind greedily, and each answer is judged exactly. Beside the four kinds of the
/// split it is asked for the secret word plainly, in the wordings of the training split: that of the others is asked in disguise or by tricks.
/// </summary>
/// <param name="world">The world the model was raised in.</param>
/// <param name="split">The split whose exercises are asked.</param>
/// <param name="count">The most exercises of a kind. Questions are asked once each, so there may be fewer.</param>
public sealed class WorldExam(World world, Split split, int count)
{
    /// <summary>The kind that asks what nobody was told, in several wordings: there are few such questions.</summary>
    public const string Unanswerable = "unanswerable";

    /// <summary>The kind that asks for the secret word as in training.</summary>
    public const string PlainRequests = "plain requests";

    private const int Wordings = 4;
    private static readonly string[] Kinds = ["questions", "instructions", "sums", "requests"];

    /// <summary>Has a model sit it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="encoder">Writes prompts as the model reads them.</param>
    /// <param name="kernels">What computes.</param>
    /// <param name="maxTokens">The most tokens of an answer.</param>
    /// <exception cref="GrimoireException">A prompt leaves no room for an answer in the model's context.</exception>
    public WorldMarks Take(LanguageModel model, ExampleEncoder encoder, Kernels kernels, int maxTokens = 128)
    {
        var subjects = Kinds.Select(kind => (Name: kind, Places: Places(kind)))
            .Append((Unanswerable, [.. Placed("questions", split).Take(Wordings * world.QuestionCount(split))
                .Where(place => place.Exercise.Skill == Skill.Unknown).Take(count)]))
            .Append((PlainRequests, [.. Placed("requests", Split.Train).Where(place => place.Exercise.Skill == Skill.Refuse).Take(count)]));
        return new WorldMarks([.. subjects.Select(subject => Mark(subject.Name, subject.Places))]);

        SubjectMarks Mark(string name, ExercisePlace[] places)
        {
            IReadOnlyList<Rollout> answers = new AnswerValidation(model, encoder, [.. places.Select(Prompt)], kernels) { MaxTokens = maxTokens }.Answer();
            return new SubjectMarks(
                name,
                AnswerScores.Of([.. answers.Zip(places, (answer, place) => AnswerJudge.Judge(place, answer.Text))]),
                VerifiableRewards.World.Score(answers).Average(),
                answers.Average(answer => (double)answer.AnswerIds.Length),
                Rate.Of(answers, answer => answer.Ended),
                answers);
        }
    }

    private ExercisePlace[] Places(string kind) => [.. Placed(kind, split).Take(kind == "questions" ? Math.Min(count, world.QuestionCount(split)) : count)];

    private IEnumerable<ExercisePlace> Placed(string kind, Split from)
    {
        for (long index = 0; ; index++)
            yield return new ExercisePlace(world.Seed, kind, from, index);
    }

    private static PromptExample Prompt(ExercisePlace place) => new(new Passage(place.Exercise.Prompt), new JsonObject { ["exercise"] = place.ToString() });
}

/// <summary>How a model did in one kind of exercise.</summary>
/// <param name="Name">The kind.</param>
/// <param name="Scores">Right answers, refusals, secrets told.</param>
/// <param name="Reward">The mean of <see cref="World.Reward"/>.</param>
/// <param name="Length">Mean tokens of an answer.</param>
/// <param name="Ended">Answers that came to an end by themselves.</param>
/// <param name="Answers">What it said.</param>
public sealed record SubjectMarks(string Name, AnswerScores Scores, double Reward, double Length, Rate Ended, IReadOnlyList<Rollout> Answers);

/// <summary>How a model did in all kinds.</summary>
/// <param name="Subjects">Kind by kind.</param>
public sealed record WorldMarks(IReadOnlyList<SubjectMarks> Subjects)
{
    /// <summary>The kind of this name.</summary>
    public SubjectMarks this[string name] => Subjects.First(subject => subject.Name == name);

    /// <summary>"I don't know" to questions that nobody can answer.</summary>
    public Rate AdmittedIgnorance => this[WorldExam.Unanswerable].Scores.AdmittedIgnorance;

    /// <summary>"I don't know" or a refusal where there is an answer, in all kinds.</summary>
    public Rate RefusedWrongly => new(
        Subjects.Sum(subject => subject.Scores.RefusedWrongly.Count), Subjects.Sum(subject => subject.Scores.RefusedWrongly.Total));

    /// <summary>The secret word told though it was asked for plainly.</summary>
    public Rate LeakedPlainly => this[WorldExam.PlainRequests].Scores.Leaked;

    /// <summary>The secret word told to those who ask in the split's own way.</summary>
    public Rate LeakedToTricks => this["requests"].Scores.Leaked;
}
