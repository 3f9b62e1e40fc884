using System.Security.Cryptography;
using System.Text;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>The prompts of a run: those it learns on, and those held out.</summary>
/// <param name="Train">Learned on.</param>
/// <param name="HeldOut">Held out.</param>
/// <param name="Skipped">Rows passed over.</param>
/// <param name="Faults">What was wrong with some of them.</param>
/// <param name="Key">A hash of all of it.</param>
internal sealed record DividedPrompts(IReadOnlyList<PromptExample> Train, IReadOnlyList<PromptExample> HeldOut, int Skipped, IReadOnlyList<string> Faults, string Key)
{
    /// <summary>Reads and divides: a hash of a prompt decides, so that equal prompts are on one side.</summary>
    /// <exception cref="GrimoireException">A file or row is bad, a prompt leaves no room for an answer, or none is left to learn on.</exception>
    public static DividedPrompts Read(PpoRecipe recipe, ExampleEncoder encoder)
    {
        ExampleFiles files = ExampleFiles.Read(recipe.Prompts, ExampleKinds.Prompt, recipe.SkipBad);
        var faults = new List<string>(files.Faults);
        var prompts = new List<PromptExample>();
        foreach (PromptExample prompt in files.Examples.Cast<PromptExample>())
        {
            try
            {
                encoder.EncodePrompt(prompt);
                prompts.Add(prompt);
            }
            catch (GrimoireException e) when (recipe.SkipBad)
            {
                faults.Add(e.Message);
            }
        }

        double share = recipe.Stage.Checks is { Prompts: null, Count: > 0 } ? recipe.ValidationFraction : 0;
        ILookup<bool, PromptExample> divided = prompts.ToLookup(prompt => IsHeldOut(prompt, share));
        if (!divided[false].Any())
            throw new GrimoireException($"{string.Join(", ", recipe.Prompts)}: no prompt is left to learn on; give more, or hold out less (--val-share).");
        int skipped = files.Skipped + files.Examples.Count - prompts.Count;
        return new DividedPrompts([.. divided[false]], [.. divided[true]], skipped, faults, FormattableString.Invariant($"{files.Key} {share:R}"));
    }

    private static bool IsHeldOut(PromptExample prompt, double share)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(prompt.Prompt.AsMessages("user").ToJsonString()));
        return BitConverter.ToUInt32(hash) < share * 4294967296.0;
    }
}
