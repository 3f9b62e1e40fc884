using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training.Tests.Alignment;

/// <summary>Pairs of answers of made-up tokens: the better ones hold even ids, the worse ones odd ids.</summary>
internal static class TinyPreferences
{
    public static IReadOnlyList<(EncodedExample Chosen, EncodedExample Rejected)> Pairs(int vocabulary, int count = 10) =>
        [.. Enumerable.Range(0, count).Select(i => (Example(i, vocabulary, even: true), Example(i, vocabulary, even: false)))];

    public static IReadOnlyList<(EncodedExample Answer, bool Good)> Labelled(int vocabulary, int count = 10) =>
        [.. Pairs(vocabulary, count).SelectMany((pair, i) => i % 3 == 0 ? [(pair.Chosen, true)] : new[] { (pair.Chosen, true), (pair.Rejected, false) })];

    /// <summary>Adds noise to every weight, so that a model is not its reference.</summary>
    public static void Disturb(Transformer model)
    {
        ulong place = 0;
        foreach (Parameter parameter in model.Parameters)
        {
            foreach (ref float value in parameter.Tensor.Span<float>())
                value += (CountedRandom.Below(1000, 77, place++) / 10_000f) - 0.05f;
        }
    }

    private static EncodedExample Example(int index, int vocabulary, bool even)
    {
        int prompt = 2 + (index % 3), answer = 2 + (index % (even ? 4 : 3));
        int[] ids = new int[prompt + answer];
        for (int i = 0; i < ids.Length; i++)
        {
            int drawn = (int)CountedRandom.Below(vocabulary / 2, 5, (ulong)((index * 100) + i));
            ids[i] = i < prompt ? drawn : (2 * drawn) + (even ? 0 : 1);
        }

        return new EncodedExample(ids, [.. Enumerable.Range(0, ids.Length).Select(i => i >= prompt)]);
    }
}
