namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire align METHOD MODEL</c>: a model is led to answers that are preferred or rewarded.</summary>
internal static class AlignCommand
{
    /// <summary>The verb with a verb below it for each method.</summary>
    public static Verb Create()
    {
        Verb verb = new("align", "Lead a model to answers that are preferred or rewarded.", "grimoire align dpo runs/mine-finetune --data preferences.jsonl");
        verb.Add(AlignDpoCommand.Create());
        verb.Add(AlignConstitutionCommand.Create());
        verb.Add(AlignPpoCommand.Create());
        verb.Add(AlignOveroptimizeCommand.Create());
        verb.Add(AlignGrpoCommand.Create());
        verb.Add(AlignDistillCommand.Create());
        verb.Add(AlignSelfPlayCommand.Create());
        return verb;
    }
}
