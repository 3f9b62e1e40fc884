using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire finetune</c>: teach a model by examples.</summary>
internal static class FinetuneCommand
{
    public static Verb Create() => StageVerb.Of(
        "finetune", "Teach a model by examples: text, prompts with answers, or conversations.",
        "Only what the assistant says is learned, and the token that ends its turn; the plan shows it. " +
        "With --adapter lora the model stays as it is and may be a quantised .gguf file.",
        FinetuneRecipe.Settings, new FinetuneRecipe(), recipe => new FinetuneStage(recipe),
        "grimoire finetune my-model --data answers.jsonl", "grimoire finetune my-model.gguf --data chat.jsonl --adapter lora --rank 16 --epochs 2");
}
