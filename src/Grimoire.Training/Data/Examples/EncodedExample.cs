namespace Grimoire.Training.Data;

/// <summary>A training sequence and which of it is learned.</summary>
/// <param name="Ids">Its tokens, <c>[token]</c>, at least two.</param>
/// <param name="Trained">Of each token whether it is to be predicted; never of the first, which nothing precedes.</param>
public sealed record EncodedExample(int[] Ids, bool[] Trained)
{
    /// <summary>How many tokens are to be predicted.</summary>
    public int TrainedCount { get; } = Trained.AsSpan().Count(true);

    /// <summary>Tokens before the first that is to be predicted.</summary>
    public int PromptLength { get; } = Math.Max(0, Trained.AsSpan().IndexOf(true));

    /// <summary>Tokens at the begin of the prompt that were left out because the whole is longer than the context.</summary>
    public int Cut { get; init; }

    /// <summary>Text of which every token but the first is to be predicted.</summary>
    public static EncodedExample OfText(int[] ids)
    {
        var trained = new bool[ids.Length];
        trained.AsSpan(1).Fill(true);
        return new EncodedExample(ids, trained);
    }

    /// <summary>The same without the first tokens, all of the prompt.</summary>
    internal EncodedExample Without(int cut) => cut == 0 ? this : new EncodedExample(Ids[cut..], Trained[cut..]) { Cut = Cut + cut };
}
