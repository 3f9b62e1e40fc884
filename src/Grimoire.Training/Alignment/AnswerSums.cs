using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>From tokens to answers and back: ln p of an answer is the sum of its tokens', so each token has the derivative of the sum.</summary>
internal static class AnswerSums
{
    /// <summary>Σ ln p of each answer, from those of all trained tokens in order.</summary>
    public static double[] Of(ReadOnlySpan<float> logs, IReadOnlyList<EncodedExample> answers)
    {
        var sums = new double[answers.Count];
        for (int answer = 0, token = 0; answer < sums.Length; answer++)
        {
            for (int end = token + answers[answer].TrainedCount; token < end; token++)
                sums[answer] += logs[token];
        }

        return sums;
    }

    /// <summary>Σ ln p of each answer as a model sees it now; the workspace, without a tape, is given back as it was.</summary>
    public static double[] Measure(Transformer model, IReadOnlyList<EncodedExample> answers, Workspace workspace)
    {
        Workspace.Position mark = workspace.Mark();
        TrainingBatch batch = TrainingBatch.Of(answers);
        double[] sums = Of(TokenLogProbabilities.Of(model, model.Begin(workspace, batch.ToBatch()), batch).Span<float>(), answers);
        workspace.Release(mark);
        return sums;
    }

    /// <summary>A scalar whose gradient by the tokens' ln p is <paramref name="slopes"/>, one for each answer.</summary>
    public static Tensor Root(Tensor logs, ReadOnlySpan<double> slopes, IReadOnlyList<EncodedExample> answers)
    {
        var derivatives = new float[logs.Shape.Count];
        for (int answer = 0, token = 0; answer < slopes.Length; token += answers[answer++].TrainedCount)
            derivatives.AsSpan(token, answers[answer].TrainedCount).Fill((float)slopes[answer]);
        return Ops.Sum(logs * logs.Workspace!.From(logs.Shape, derivatives));
    }
}
