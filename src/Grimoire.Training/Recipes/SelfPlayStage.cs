using System.Text.Json.Nodes;
using Grimoire.Training.Answers;
using Grimoire.Training.Data;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;
using Fact = Grimoire.Training.Runs.Fact;

namespace Grimoire.Training.Recipes;

/// <summary>A model plays a game with itself that the world's facts decide, and both sides learn by GRPO.</summary>
/// <param name="recipe">What to do.</param>
public sealed class SelfPlayStage(SelfPlayRecipe recipe) : Stage
{
    private const int Shown = 8;

    /// <inheritdoc/>
    public override string Kind => "align selfplay";

    /// <inheritdoc/>
    public override StageSettings Settings => recipe.Stage;

    /// <inheritdoc/>
    public override JsonObject ToJson() => recipe.ToJson();

    /// <inheritdoc/>
    public override (string Purpose, IReadOnlyList<string> Command) Next(string run) => ("Let it write", ["generate", run]);

    /// <inheritdoc/>
    public override StageParts Open(StageContext context)
    {
        GrpoSettings grpo = recipe.Grpo;
        World world = World.Of((ulong)recipe.World);
        var riddles = new Riddles(world);
        var encoder = new ExampleEncoder(context.Model.Tokenizer, template: null, context.Model.Config.Context);
        var sampler = new RolloutSampler(context.Model, encoder, context.Kernels, grpo.AtOnce);
        var source = new RiddleGroups(riddles, sampler, grpo, recipe.Sentences, (ulong)Settings.Seed);
        GrpoObjective objective = GrpoStage.Objective(grpo, source, Settings, context);
        var validation = new RiddleValidation(
            riddles, context.Model, sampler, grpo, recipe.Sentences, PlainText.Of(world, encoder.Tokenizer, encoder.Context));
        return new StageParts
        {
            DataKey = $"riddles {recipe.World} {recipe.Sentences}",
            Objective = objective,
            StepsPerEpoch = (double)source.Count / grpo.Prompts * objective.Round,
            Validation = validation,
            Sample = step => validation.Play().Take(Shown).Select(played => new TextSample(
                step, Riddles.Beginning(played.Resident), $"{(played.Riddle.IsTrue ? "" : "(not true) ")}{played.Riddle.Sentences} – {played.Guess}")),
            Facts =
            [
                new Fact("game", $"riddles of {recipe.Sentences} sentences about the {source.Count} residents of world {recipe.World}"),
                new Fact("a round", $"{grpo.Group} riddles about each of {grpo.Prompts} residents, {grpo.Group} guesses at each true one"),
                new Fact(
                    "reward",
                    FormattableString.Invariant($"1 for a right guess; for a true riddle {RiddleGroups.ForTruth}, and the rest of 1 as it is guessed")),
            ],
        };
    }
}
