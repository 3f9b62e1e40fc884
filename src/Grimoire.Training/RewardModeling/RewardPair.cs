using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>
/// Two answers to a prompt as a reward model reads them. Each ends with the last token that the assistant writes, the one that ends its turn: what a template
/// puts behind that says nothing, and is not there yet when an answer has just been sampled.
/// </summary>
/// <param name="Chosen">Prompt and preferred answer, <c>[token]</c>.</param>
/// <param name="Rejected">Prompt and other answer, <c>[token]</c>.</param>
/// <param name="ChosenLength">Tokens of the preferred answer.</param>
/// <param name="RejectedLength">Tokens of the other answer.</param>
/// <param name="Margin">By how much the first is to be ahead; 0 where nobody says.</param>
public sealed record RewardPair(int[] Chosen, int[] Rejected, int ChosenLength, int RejectedLength, double Margin = 0)
{
    /// <summary>A pair of training data.</summary>
    /// <exception cref="GrimoireException">It is too long for the model's context, or cannot be written in its format.</exception>
    public static RewardPair Of(ExampleEncoder encoder, PreferenceExample pair)
    {
        (EncodedExample chosen, EncodedExample rejected) = encoder.EncodePair(pair);
        return new RewardPair(Answered(chosen), Answered(rejected), chosen.TrainedCount, rejected.TrainedCount, pair.Margin);
    }

    /// <summary>An example up to the last token of its answer.</summary>
    public static int[] Answered(EncodedExample example) => example.Ids[..(example.Trained.AsSpan().LastIndexOf(true) + 1)];
}
