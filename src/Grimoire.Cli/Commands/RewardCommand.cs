using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire reward</c>: raise a reward model on preferences.</summary>
internal static class RewardCommand
{
    public static Verb Create()
    {
        Verb verb = StageVerb.Of(
            "reward", "Raise a reward model: one number for how good an answer is, learned from preferences.",
            "What is learned is which of two answers people prefer (Bradley and Terry). Held-out pairs tell how often the model is right and how sure it may " +
            "be, beside what one would say who looks at nothing but lengths. The model is a …ForSequenceClassification folder with one label.",
            RewardRecipe.Settings, new RewardRecipe(), recipe => new RewardStage(recipe),
            "grimoire reward runs/quickstart --data preferences.jsonl", "grimoire reward my-model --data train.jsonl --val-data test.jsonl --epochs 2");
        verb.Add(RewardScoreCommand.Create());
        return verb;
    }
}
