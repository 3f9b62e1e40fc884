using System.Globalization;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Training.Answers;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Prompts read for a stage that learns from its model's own answers: those to learn from, those held out, and what answers earn.</summary>
internal sealed class RewardedPrompts
{
    private const int HeldOutShare = 10;

    private RewardedPrompts(ExampleFiles files, ExampleEncoder encoder, RewardSum reward, PromptExample[] learned, PromptExample[] heldOut)
    {
        string fault = files.Skipped == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{files.Skipped:N0}, the first: {files.Faults[0]}");
        (Key, Encoder, Reward, Learned, HeldOut) = ($"{files.Key} {heldOut.Length} {reward.Key}", encoder, reward, learned, heldOut);
        Facts =
        [
            new Fact("prompts", string.Create(CultureInfo.InvariantCulture, $"{learned.Length:N0} to learn from, {heldOut.Length:N0} held out")),
            .. fault.Length == 0 ? (Fact[])[] : [new Fact("bad rows passed over", fault)],
            new Fact("reward", reward.Name),
        ];
    }

    /// <summary>Tells the rows, how they were divided, and the reward from others.</summary>
    public string Key { get; }

    /// <summary>Writes prompts as the model reads them.</summary>
    public ExampleEncoder Encoder { get; }

    /// <summary>What answers earn.</summary>
    public RewardSum Reward { get; }

    /// <summary>Prompts to learn from.</summary>
    public PromptExample[] Learned { get; }

    /// <summary>Prompts to be asked when the model is measured.</summary>
    public PromptExample[] HeldOut { get; }

    /// <summary>What is told of them before training.</summary>
    public IReadOnlyList<Fact> Facts { get; }

    /// <summary>The model in the chat format that it answers in.</summary>
    public static LanguageModel Dressed(LanguageModel model, PromptSettings settings) => model with { ChatTemplate = ChatFormat.Of(model, settings.Template) };

    /// <summary>Refuses what a stage that draws its own answers has no use for.</summary>
    /// <exception cref="GrimoireException">There are no prompts, no reward, or passes are asked for that a round does not have.</exception>
    public static void Check(PromptSettings settings, StageSettings stage)
    {
        settings.Check();
        if (stage.Accumulate > 1)
        {
            throw new GrimoireException(
                "The recipe contradicts itself: accumulate has no meaning here, as a step takes its share of a round's answers, --batch a pass; leave it out.");
        }
    }

    /// <summary>
    /// Reads the prompts. Where no others are given to check with, the last tenth is held out, or as many as are checked. Every prompt is written and the first
    /// one's right answer is looked for, so that what is wrong shows before any work is done.
    /// </summary>
    /// <param name="settings">Files and reward.</param>
    /// <param name="checks">How many prompts are checked.</param>
    /// <param name="context">The model.</param>
    /// <exception cref="GrimoireException">
    /// A file or a row is at fault, a prompt leaves no room for an answer, or a row lacks what the reward needs.
    /// </exception>
    public static RewardedPrompts Open(PromptSettings settings, CheckSettings checks, StageContext context)
    {
        var encoder = new ExampleEncoder(context.Model.Tokenizer, context.Model.ChatTemplate, context.Model.Config.Context);
        ExampleFiles files = ExampleFiles.Read(settings.Paths, ExampleKinds.Prompt, settings.SkipBad);
        RewardSum reward = RewardNames.Parse(settings.Reward, context.Kernels);
        PromptExample[] prompts = [.. files.Examples.Cast<PromptExample>()];
        int held = checks.Prompts is null ? Math.Min(checks.Count, prompts.Length / HeldOutShare) : 0;
        foreach (PromptExample prompt in prompts)
            _ = encoder.EncodePrompt(prompt);
        _ = reward.Score([new Rollout(prompts[0], encoder.EncodePrompt(prompts[0]), [0], "?", Ended: false, [0], [0])]);
        return new RewardedPrompts(files, encoder, reward, prompts[..^held], prompts[^held..]);
    }

    /// <summary>The prompts to learn from, each to be answered several times by the model.</summary>
    /// <param name="context">The model.</param>
    /// <param name="perPrompt">Answers to each.</param>
    /// <param name="options">How answers are drawn.</param>
    /// <param name="atOnce">Answers drawn at once.</param>
    /// <param name="seed">Chooses the order of the prompts.</param>
    public PromptGroups Groups(StageContext context, int perPrompt, GenerationOptions options, int atOnce, long seed) =>
        new(Learned, new RolloutSampler(context.Model, Encoder, context.Kernels, atOnce), Reward, perPrompt, options, (ulong)seed);

    /// <summary>What a stage brings that learns from answers to these prompts: the reward that is raised also judges those held out.</summary>
    /// <param name="settings">How often answers are checked.</param>
    /// <param name="context">The model.</param>
    /// <param name="objective">What is learned.</param>
    /// <param name="asked">Prompts a round.</param>
    /// <param name="facts">What the stage tells of itself.</param>
    public StageParts Parts(StageSettings settings, StageContext context, Objective objective, int asked, params IEnumerable<Fact> facts)
    {
        AnswerValidation? checks = AnswerChecks.For(settings, context, Encoder, HeldOut, Reward);
        return new StageParts
        {
            DataKey = Key,
            Objective = objective,
            StepsPerEpoch = (double)Learned.Length / asked * objective.Round,
            Validation = checks,
            Sample = AnswerChecks.Samples(checks),
            Facts = [.. Facts, .. facts],
        };
    }
}
