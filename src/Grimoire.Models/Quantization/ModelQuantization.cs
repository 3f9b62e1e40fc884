using Grimoire.Models.Formats;

namespace Grimoire.Models;

/// <summary>A model into a GGUF file of fewer bits a weight: weight by weight, never all in memory.</summary>
public static class ModelQuantization
{
    /// <summary>What a new file says for itself.</summary>
    private static readonly string[] Renewed = ["general.file_type", "general.quantization_version"];

    /// <summary>Writes a loaded model in a mix of types, with all that its files say of it.</summary>
    /// <param name="from">The folder or file it was loaded from.</param>
    /// <param name="to">The file to create or replace.</param>
    /// <param name="model">The model.</param>
    /// <param name="language">The same with its tokenizer, where it has one.</param>
    /// <param name="mix">How matrices are stored.</param>
    /// <param name="importance">What to weight errors with, from a text that this model read.</param>
    /// <param name="progress">Told before each weight which share of all is done; what it throws ends the writing, and no file is left.</param>
    /// <exception cref="GrimoireException">The format cannot express the model, a weight is no finite number, or the file cannot be written.</exception>
    public static void Run(
        string from, string to, Transformer model, LanguageModel? language, QuantizationMix mix, Importance? importance = null,
        Action<double>? progress = null) =>
        GgufModel.Save(to, model, mix, GgufModel.IsGguf(from) ? Kept(GgufFile.Open(from).Metadata) : OfFolder(from, language), importance, progress);

    private static GgufMetadata OfFolder(string folder, LanguageModel? model)
    {
        var card = ModelCard.Read(folder);
        return model is null
            ? GgufMetadata.Of(card.Metadata())
            : model.Metadata(card, model.Config.Head ? null : EmbeddingSettings.Read(folder, model.Config).Pooling);
    }

    private static GgufMetadata Kept(GgufMetadata metadata) =>
        GgufMetadata.Of(metadata.Pairs.Where(pair => !Renewed.Contains(pair.Key) && !pair.Key.StartsWith("split.", StringComparison.Ordinal)));
}
