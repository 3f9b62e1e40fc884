using Grimoire.Models.Formats;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>A model from one kind of files into the other, or into another type: weight by weight, never all in memory.</summary>
public static class ModelConversion
{
    /// <summary>Writes a model anew.</summary>
    /// <param name="from">A Hugging Face folder or a GGUF file.</param>
    /// <param name="to">A <c>.gguf</c> file or a folder, made if need be.</param>
    /// <param name="type">
    /// How matrices are stored: F32, F16 or BF16. If not given as they are; in a folder, which knows no quantised types, those become F16.
    /// </param>
    /// <returns>What the reader of the new files should know, in sentences.</returns>
    /// <exception cref="GrimoireException">The model cannot be read, or the new files cannot express it or cannot be written.</exception>
    public static IReadOnlyList<string> Run(string from, string to, DType? type = null)
    {
        if (type is { } wanted && (!wanted.IsFloat() || wanted == DType.F64))
            throw new ArgumentOutOfRangeException(nameof(type), type, "F32, F16 and BF16 are written");
        var notes = new List<string>();
        bool fresh = IsFresh(to);
        try
        {
            if (GgufModel.IsGguf(from) && GgufModel.IsGguf(to))
                GgufModel.Copy(from, to, type);
            else if (ModelFiles.HasTokenizer(from))
                Convert(LanguageModel.Load(from), from, to, type, notes);
            else
                Convert(ModelFiles.Load(from), from, to, type, notes);
            return notes;
        }
        catch when (fresh && Directory.Exists(to))
        {
            Directory.Delete(to, recursive: true); // half a model is none
            throw;
        }
    }

    private static void Convert(RewardModel model, string to, DType? type)
    {
        if (GgufModel.IsGguf(to))
            throw new GrimoireException($"{to}: GGUF files have no place for a reward model's score; give a folder.");
        model.Save(to, type);
    }

    /// <summary>Writes a loaded model, with what its adapters change merged in, and all that its files say of it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="language">The same with its tokenizer, where it has one.</param>
    /// <param name="from">The folder or file it was loaded from.</param>
    /// <param name="to">A <c>.gguf</c> file or a folder, made if need be.</param>
    /// <param name="type">How matrices are stored; if not given each as it is, or in a folder, which knows no quantised types, as F16.</param>
    /// <returns>What the reader of the new files should know, in sentences.</returns>
    /// <exception cref="GrimoireException">The new files cannot express the model or cannot be written.</exception>
    public static IReadOnlyList<string> Write(Transformer model, LanguageModel? language, string from, string to, DType? type = null)
    {
        var notes = new List<string>();
        bool fresh = IsFresh(to);
        try
        {
            if (language is not null)
                Convert(language, from, to, type, notes);
            else
                Convert(model, from, to, type, notes);
            return notes;
        }
        catch when (fresh && Directory.Exists(to))
        {
            Directory.Delete(to, recursive: true); // half a model is none
            throw;
        }
    }

    private static bool IsFresh(string to) => !GgufModel.IsGguf(to) && (!Directory.Exists(to) || !Directory.EnumerateFileSystemEntries(to).Any());

    private static void Convert(LanguageModel model, string from, string to, DType? type, List<string> notes)
    {
        if (RewardModel.Exists(from))
        {
            Convert(new RewardModel(model, RewardModel.Load(from).Score), to, type);
            return;
        }

        ModelCard card = ModelCard.Read(from);
        EmbeddingSettings? embedding = model.Config.Head ? null : EmbeddingSettings.Read(from, model.Config);
        if (GgufModel.IsGguf(to))
        {
            model.SaveGguf(to, type, card, embedding?.Pooling);
            if (GgufWholeWords.Takes(model.Tokenizer))
                notes.Add($"{to} carries its vocabulary of characters or words as a tokenizer.json, which Grimoire reads; for llama.cpp it has none.");
            NoteWindow(model.Config, notes);
            return;
        }

        model.Save(to, type);
        card.Write(to);
        if (embedding is not null)
            EmbeddingFiles.Write(to, embedding, model.Config.Channels);
        NoteDecoding(model.Transformer, type, notes);
    }

    private static void Convert(Transformer model, string from, string to, DType? type, List<string> notes)
    {
        ModelCard card = ModelCard.Read(from);
        notes.Add($"{from} has no tokenizer, so {to} has none; programs that want text cannot use it.");
        if (GgufModel.IsGguf(to))
        {
            GgufModel.Save(to, model, type, GgufMetadata.Of(card.Metadata()));
            NoteWindow(model.Config, notes);
            return;
        }

        ModelFolder.Save(to, model, type);
        card.Write(to);
        NoteDecoding(model, type, notes);
    }

    private static void NoteDecoding(Transformer model, DType? type, List<string> notes)
    {
        if (model.Parameters.Any(parameter => parameter.Tensor.DType.IsQuantized()))
            notes.Add($"Quantised weights were decoded to {type ?? ModelFolder.TypeOf(model)}; what quantisation lost does not come back.");
    }

    /// <summary>llama.cpp reads windows of Gemma's architectures and no others'.</summary>
    private static void NoteWindow(ModelConfig config, List<string> notes)
    {
        if (config.Window > 0 && !config.Family.StartsWith("gemma", StringComparison.Ordinal))
        {
            notes.Add(
                $"The file keeps the sliding window of {config.Window} tokens, which llama.cpp ignores in this architecture; beyond it its numbers differ.");
        }
    }
}
