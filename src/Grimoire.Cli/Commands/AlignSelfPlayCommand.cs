using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire align selfplay MODEL</c>: a model plays riddles with itself.</summary>
internal static class AlignSelfPlayCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create() => StageVerb.Of(
        "selfplay", "Play riddles with itself.",
        "For models raised in the generated world: one side tells facts of a resident without the name, the other says who is meant. " +
        "Every sentence and every guess is held against the world's facts, both sides are rewarded, and both learn by GRPO. " +
        "Riddles in the world's own words, which are never played, tell whether guessing was learned or a private language.",
        SelfPlayRecipe.Settings, new SelfPlayRecipe(), recipe => new SelfPlayStage(recipe),
        "grimoire align selfplay runs/quickstart --minutes 4", "grimoire align selfplay model --world 7 --sentences 3 --steps 200");
}
