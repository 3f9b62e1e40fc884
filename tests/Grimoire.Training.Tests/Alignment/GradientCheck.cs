using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training.Tests.Alignment;

/// <summary>Compares what a step's backward passes leave in the weights with how its loss changes along a line through all weights.</summary>
internal static class GradientCheck
{
    private const float Length = 2e-3f;

    public static void Run(Transformer model, Func<StepWork> work)
    {
        Backward(work());
        float[][] gradients = [.. model.Parameters.Select(p => p.Tensor.Grad!.ToArray<float>())];
        double norm = Math.Sqrt(gradients.Sum(g => g.Sum(x => (double)x * x)));
        Assert.True(norm > 0);
        Move(model, gradients, Length / norm);
        double ahead = Loss(work());
        Move(model, gradients, -2 * Length / norm);
        double behind = Loss(work());
        // Along the gradient, a loss changes by the gradient's norm.
        Assert.Equal(1, (ahead - behind) / (2 * Length * norm), 0.01);
    }

    public static void Backward(StepWork work)
    {
        var tape = new Tape();
        var workspace = new Workspace(Kernels.Simd, tape);
        for (int pass = 0; pass < work.Passes; pass++)
        {
            workspace.Reset();
            PassLoss loss = work.Loss(pass, workspace, default);
            tape.Backward(loss.Root, loss.Scale);
        }
    }

    private static double Loss(StepWork work)
    {
        var workspace = new Workspace(Kernels.Simd);
        double loss = 0;
        for (int pass = 0; pass < work.Passes; pass++)
        {
            workspace.Reset();
            loss += work.Loss(pass, workspace, default).Value;
        }

        return loss;
    }

    private static void Move(Transformer model, float[][] direction, double by)
    {
        foreach ((Parameter parameter, float[] line) in model.Parameters.Zip(direction))
        {
            Span<float> values = parameter.Tensor.Span<float>();
            for (int i = 0; i < line.Length; i++)
                values[i] += (float)(by * line[i]);
        }
    }
}
