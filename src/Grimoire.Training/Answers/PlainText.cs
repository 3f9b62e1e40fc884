using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Recipes;
using Grimoire.Training.Worlds;

namespace Grimoire.Training.Answers;

/// <summary>Some plain text, of which a model's perplexity tells what it has forgotten while it learned to answer.</summary>
public sealed class PlainText
{
    private const int MostTokens = 8192, Documents = 80, BatchTokens = 2048;
    private readonly TrainingBatch[] batches;

    private PlainText(IEnumerable<string> documents, Tokenizer tokenizer, int context)
    {
        List<int[]> sequences = [];
        int tokens = 0;
        foreach (int[] sequence in documents.SelectMany(document => Sequences(document, tokenizer, context))
            .TakeWhile(sequence => (tokens += sequence.Length) <= MostTokens))
            sequences.Add(sequence);
        batches = [.. Grouped(sequences).Select(Batch)];
    }

    /// <summary>The first tokens of a text file or of a <c>.jsonl</c> file with a column <c>text</c>.</summary>
    /// <exception cref="GrimoireException">The file cannot be read or is no text.</exception>
    public static PlainText Read(string path, Tokenizer tokenizer, int context) => new(new Corpus([path]).Texts(), tokenizer, context);

    /// <summary>Held-out text of a world.</summary>
    public static PlainText Of(World world, Tokenizer tokenizer, int context) => new(world.Pretraining(Split.Validation).Take(Documents), tokenizer, context);

    /// <summary>e to the mean of −ln p(token): among how many tokens, as it were, the model wavers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="workspace">Without a tape; is reset.</param>
    public double Perplexity(Transformer model, Workspace workspace)
    {
        double sum = 0;
        foreach (TrainingBatch batch in batches)
        {
            workspace.Reset();
            sum += LanguageModeling.Loss(model, model.Begin(workspace, batch.ToBatch()), batch.Targets).Item();
        }

        return Math.Exp(sum / batches.Sum(batch => batch.TargetCount));
    }

    /// <summary>A document between ends of text, as in pretraining, cut where the context is full.</summary>
    private static IEnumerable<int[]> Sequences(string document, Tokenizer tokenizer, int context)
    {
        int[] end = RecipeParts.EndTokenOf(tokenizer) is { } id ? [id] : [];
        return ((int[])[.. end, .. tokenizer.Encode(document), .. end]).Chunk(context + 1).Where(chunk => chunk.Length > 1);
    }

    private static IEnumerable<List<int[]>> Grouped(List<int[]> sequences)
    {
        List<int[]> group = [];
        foreach (int[] sequence in sequences)
        {
            group.Add(sequence);
            if (group.Sum(one => one.Length) < BatchTokens)
                continue;
            yield return group;
            group = [];
        }

        if (group.Count > 0)
            yield return group;
    }

    private static TrainingBatch Batch(List<int[]> sequences) => new(
        [.. sequences.SelectMany(ids => ids[..^1])], [.. sequences.SelectMany(ids => ids[1..])], [.. sequences.Select(ids => ids.Length - 1)]);
}
