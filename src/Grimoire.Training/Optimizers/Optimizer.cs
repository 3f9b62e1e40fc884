using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training;

/// <summary>Turns gradients into changes of the parameters. All its memory is in <see cref="State"/> and <see cref="Steps"/>.</summary>
public abstract class Optimizer
{
    private Tensor[]? grads;

    private protected Optimizer(IReadOnlyList<Parameter> parameters, Kernels kernels)
    {
        Parameters = [.. parameters.Where(p => p.Tensor.RequiresGrad)];
        Kernels = kernels;
        if (Parameters.Count == 0)
            throw new ArgumentException("no parameter requires a gradient", nameof(parameters));
    }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Steps taken.</summary>
    public long Steps { get; set; }

    /// <summary>Moments and velocities by name, to be saved and restored; together with the parameters they determine every later step.</summary>
    public abstract IEnumerable<Parameter> State { get; }

    private protected Kernels Kernels { get; }

    /// <summary>Changes every parameter that has a gradient.</summary>
    /// <param name="rate">Learning rate.</param>
    /// <param name="gradScale">Multiplies the gradients first; see <see cref="ClipScale"/>.</param>
    public void Step(float rate, float gradScale = 1)
    {
        Steps++;
        Update(rate, gradScale);
    }

    /// <summary>Sets all gradients to zero.</summary>
    public void ZeroGradients()
    {
        // By index: an enumerator would be allocated for every step.
        for (int i = 0; i < Parameters.Count; i++)
            Parameters[i].Tensor.Grad?.Clear();
    }

    /// <summary>Forgets all steps: moments, velocities and gradients are zero again.</summary>
    public void Reset()
    {
        foreach (Parameter memory in State)
            Kernels.Fill(memory.Tensor, 0);
        ZeroGradients();
        Steps = 0;
    }

    /// <summary>The Euclidean norm of all gradients together.</summary>
    public double GradientNorm()
    {
        grads ??= new Tensor[Parameters.Count];
        int count = 0;
        for (int i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Tensor.Grad is { } grad)
                grads[count++] = grad;
        }

        return Math.Sqrt(Kernels.SumOfSquares(grads.AsSpan(0, count)));
    }

    /// <summary>What to multiply gradients of this norm with so that it is at most <paramref name="limit"/>; 0 means no limit.</summary>
    public static float ClipScale(double norm, double limit) => limit > 0 && norm > limit ? (float)(limit / norm) : 1;

    /// <summary>Changes every parameter that has a gradient.</summary>
    private protected virtual void Update(float rate, float gradScale)
    {
        for (int i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Tensor.Grad is { } grad)
                Update(i, Parameters[i].Tensor, grad, rate, gradScale);
        }
    }

    private protected abstract void Update(int index, Tensor parameter, Tensor grad, float rate, float gradScale);

    /// <summary>Weight decay acts on matrices; norms and biases have none.</summary>
    private protected static float DecayOf(Tensor parameter, float decay) => parameter.Shape.Rank >= 2 ? decay : 0;

    private protected static Tensor[] ZerosLike(IReadOnlyList<Parameter> parameters) =>
        [.. parameters.Select(p => Tensor.Zeros(p.Tensor.Shape))];
}
