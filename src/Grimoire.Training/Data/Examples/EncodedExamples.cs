namespace Grimoire.Training.Data;

/// <summary>What becomes of an example that is longer than the context.</summary>
public enum LongExamples
{
    /// <summary>The begin of its prompt is left out; it is dropped where its answer alone is too long.</summary>
    Cut,

    /// <summary>It is dropped.</summary>
    Drop,
}

/// <summary>
/// Examples as token sequences, with an account of what did not fit. An answer is never cut: an example whose answer is too long is dropped. Plain text is no
/// answer and goes on in the next sequence.
/// </summary>
public sealed class EncodedExamples
{
    private const int FaultsKept = 5;
    private readonly List<EncodedExample> all = [];
    private readonly List<string> faults = [];

    /// <summary>The sequences, in the order of the examples.</summary>
    public IReadOnlyList<EncodedExample> All => all;

    /// <summary>Examples whose prompt lost its begin.</summary>
    public int Cut { get; private set; }

    /// <summary>Examples dropped because they are too long.</summary>
    public int Dropped { get; private set; }

    /// <summary>Examples passed over because the chat format does not take them.</summary>
    public int Skipped { get; private set; }

    /// <summary>Why the first of those were.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>Tokens of all sequences.</summary>
    public long Tokens { get; private set; }

    /// <summary>Tokens that are to be predicted.</summary>
    public long TrainedTokens { get; private set; }

    /// <summary>The length of the longest sequence.</summary>
    public int Longest { get; private set; }

    /// <summary>Encodes examples, several at a time.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="tooLong">What becomes of those longer than the context.</param>
    /// <param name="skipBad">Whether to pass over those that the chat format does not take.</param>
    /// <exception cref="GrimoireException">The chat format does not take an example, or none is left.</exception>
    public static EncodedExamples Of(ExampleEncoder encoder, IReadOnlyList<Example> examples, LongExamples tooLong = LongExamples.Cut, bool skipBad = false)
    {
        var whole = new (EncodedExample? Example, string? Fault)[examples.Count];
        Parallel.For(0, examples.Count, i => whole[i] = Encode(encoder, examples[i]));
        var encoded = new EncodedExamples();
        for (int i = 0; i < whole.Length; i++)
        {
            if (whole[i] is { Fault: { } fault })
                encoded.Skip(skipBad ? fault : throw new GrimoireException(fault));
            else if (examples[i] is TextExample)
                encoded.AddPieces(whole[i].Example!, encoder.Context);
            else
                encoded.Add(whole[i].Example!, encoder.Context, tooLong);
        }

        return encoded.all.Count > 0 ? encoded : throw new GrimoireException(encoded.Dropped > 0
            ? $"all {encoded.Dropped} examples are longer than the context of {encoder.Context} tokens; " +
                "give a longer --context if the model can, or shorter examples."
            : $"no example is left; the first fault: {encoded.faults.FirstOrDefault()}");
    }

    /// <summary>The length that half of the sequences do not exceed.</summary>
    public int MedianLength() => all.Select(example => example.Ids.Length).Order().ElementAt(all.Count / 2);

    private static (EncodedExample?, string?) Encode(ExampleEncoder encoder, Example example)
    {
        try
        {
            return (encoder.EncodeWhole(example), null);
        }
        catch (GrimoireException e)
        {
            return (null, e.Message);
        }
    }

    private void Skip(string fault)
    {
        Skipped++;
        if (faults.Count < FaultsKept)
            faults.Add(fault);
    }

    private void Add(EncodedExample example, int context, LongExamples tooLong)
    {
        int excess = Math.Max(0, example.Ids.Length - context);
        if (excess > 0 && (tooLong == LongExamples.Drop || excess >= example.PromptLength))
        {
            Dropped++;
            return;
        }

        Cut += excess > 0 ? 1 : 0;
        Keep(example.Without(excess));
    }

    /// <summary>A text in sequences that overlap by one token, so that each of its tokens but the first is predicted once.</summary>
    private void AddPieces(EncodedExample text, int context)
    {
        for (int from = 0; from < text.Ids.Length - 1; from += context - 1)
            Keep(EncodedExample.OfText(text.Ids[from..Math.Min(from + context, text.Ids.Length)]));
    }

    private void Keep(EncodedExample example)
    {
        all.Add(example);
        Tokens += example.Ids.Length;
        TrainedTokens += example.TrainedCount;
        Longest = Math.Max(Longest, example.Ids.Length);
    }
}
