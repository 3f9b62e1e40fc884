using Grimoire.Models;
using Grimoire.Training.Data;
using Grimoire.Training.Recipes;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;

namespace Grimoire.Training.Answers;

/// <summary>What every stage reports of its model's answers, from the stage's settings and its own held-out data.</summary>
public static class AnswerChecks
{
    /// <summary>Answers that are shown at the start and at the end.</summary>
    private const int Shown = 8;

    /// <summary>
    /// The checks of a stage; null where they are not wanted or there is nothing to answer. The reward is, where none is given, that of the world for prompts
    /// that are its exercises.
    /// </summary>
    /// <param name="settings">What the user asked for.</param>
    /// <param name="context">The stage's model and folder.</param>
    /// <param name="encoder">Writes prompts as the model reads them.</param>
    /// <param name="heldOut">The stage's own held-out examples, of any kind: their prompts are answered where the settings name no others.</param>
    /// <param name="reward">What the stage raises, if it raises a reward.</param>
    /// <param name="first">What the stage measures besides, such as its loss on held-out data; its loss then picks the best checkpoint.</param>
    /// <exception cref="GrimoireException">A file cannot be read, or a prompt leaves no room for an answer.</exception>
    public static AnswerValidation? For(
        StageSettings settings, StageContext context, ExampleEncoder encoder, IReadOnlyList<Example> heldOut, Reward? reward = null, Validation? first = null)
    {
        CheckSettings checks = settings.Checks;
        IReadOnlyList<PromptExample> prompts = [.. Prompts(checks, heldOut).Take(checks.Count)];
        // Of rows among which the world's exercises stand, only those can be judged by the world's reward.
        if (reward is null && prompts.Any(IsExercise))
            prompts = [.. prompts.Where(IsExercise)];
        if (prompts.Count == 0)
            return null;
        World? world = prompts.All(IsExercise) ? ExercisePlace.Parse(prompts[0].Columns["exercise"]!.GetValue<string>()).World : null;
        reward ??= world is null ? null : VerifiableRewards.World;
        return new AnswerValidation(context.Model, encoder, prompts, context.Kernels)
        {
            MaxTokens = checks.Tokens,
            Reward = reward,
            Start = reward is null ? null : StartAnswers.Rewards(context.Folder, prompts.Count, () =>
            {
                context.Progress?.Report("answering as the model does before");
                var before = new AnswerValidation(LanguageModel.Load(context.BasePath), encoder, prompts, context.Kernels) { MaxTokens = checks.Tokens };
                IReadOnlyList<Rollout> answers = before.Answer();
                return (answers, reward.Score(answers));
            }),
            Text = checks.Text is { } path ? PlainText.Read(path, encoder.Tokenizer, encoder.Context)
                : world is null ? null : PlainText.Of(world, encoder.Tokenizer, encoder.Context),
            First = first,
        };
    }

    /// <summary>Answers to the first prompts, as <see cref="StageParts.Sample"/> wants them.</summary>
    public static Func<long, IEnumerable<TextSample>>? Samples(AnswerValidation? checks) =>
        checks is null ? null : step => Samples(checks, step);

    private static IEnumerable<TextSample> Samples(AnswerValidation checks, long step)
    {
        IReadOnlyList<Rollout> answers = checks.Answer(Shown);
        double[]? rewards = checks.Reward?.Score(answers);
        return answers.Select((answer, i) => new TextSample(step, answer.Prompt.Prompt.ToString(), answer.Text.TrimEnd())
        {
            Reference = AnswerJudge.Expected(answer.Prompt),
            Score = rewards?[i],
        });
    }

    private static IEnumerable<PromptExample> Prompts(CheckSettings settings, IReadOnlyList<Example> heldOut) =>
        settings.Count == 0 ? []
            : settings.Prompts is { } path ? ExampleFiles.Read([path], ExampleKinds.Prompt).Examples.Cast<PromptExample>()
            : PromptsOf(heldOut, settings.Count);

    /// <summary>
    /// The prompts of examples, with all columns of their rows: an example that was read as an answered one is read again as what asks for the answer.
    /// </summary>
    private static IEnumerable<PromptExample> PromptsOf(IReadOnlyList<Example> examples, int count)
    {
        Example[] chosen = [.. examples.Where(example => example is not TextExample).Take(count)];
        var again = chosen.Where(example => example is not PromptExample && example.File.Length > 0).GroupBy(example => example.File, StringComparer.Ordinal)
            .SelectMany(file => ExampleFiles.Read([file.Key], ExampleKinds.Prompt, skipBad: true).Examples.Cast<PromptExample>())
            .ToDictionary(prompt => (prompt.File, prompt.Line));
        return chosen.Select(example => example as PromptExample ?? again.GetValueOrDefault((example.File, example.Line))).OfType<PromptExample>();
    }

    private static bool IsExercise(PromptExample prompt) => prompt.Columns.ContainsKey("exercise");
}
