using Grimoire.Evaluation.Tagging;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire tag</c>: parts of speech and named entities.</summary>
internal static class TagCommand
{
    public static Verb Create()
    {
        Verb verb = new("tag", "Give each word a label: parts of speech, named entities. Train, run and score taggers.",
            "grimoire tag train --data train.conllu --dev dev.conllu", "grimoire tag run runs/train-tag text.txt");
        verb.Add(Train());
        verb.Add(TagRunCommand.Create());
        verb.Add(TagScoreCommand.Create());
        return verb;
    }

    private static Verb Train() => StageVerb.Of(
        "train", "Train a tagger: a small one from scratch, or a head on a model.",
        "Without a MODEL words and characters are read by a BiLSTM that is trained from scratch in minutes. With one, a label is read off at each word's " +
        "last token, or in an encoder at its first; all of the model is trained or an --adapter; the finished tagger is a …ForTokenClassification folder. " +
        "The best checkpoint is the one of the highest accuracy on --dev, or of the highest F1 of spans.",
        TagRecipe.Settings, new TagRecipe(), recipe => new TagStage(recipe), NameOf,
        "grimoire tag train --data train.conllu --dev dev.conllu", "grimoire tag train my-model --data train.conll --dev dev.conll --crf --adapter lora");

    /// <summary>A run from scratch is called by its data.</summary>
    private static string NameOf(TagRecipe recipe) => recipe.Data.Count == 0 ? "tagger" : Path.GetFileName(recipe.Data[0]).Split('.')[0] + "-tag";
}
