namespace Grimoire.Tensors;

/// <content>Nonlinearities, alone and as gates.</content>
public static partial class Ops
{
    /// <summary>y = σ(x) with the nonlinearity <paramref name="kind"/>.</summary>
    public static Tensor Activate(Activation kind, Tensor x)
    {
        Workspace workspace = Home(x);
        CheckType(workspace, x);
        Tensor y = workspace.New(x.Shape);
        workspace.Kernels.Activate(kind, x, y);
        if (workspace.Tracks(x))
            workspace.Record(y, new ActivateNode(kind, x));
        return y;
    }

    /// <inheritdoc cref="Activation.Sigmoid"/>
    public static Tensor Sigmoid(Tensor x) => Activate(Activation.Sigmoid, x);

    /// <inheritdoc cref="Activation.Tanh"/>
    public static Tensor Tanh(Tensor x) => Activate(Activation.Tanh, x);

    /// <inheritdoc cref="Activation.Relu"/>
    public static Tensor Relu(Tensor x) => Activate(Activation.Relu, x);

    /// <inheritdoc cref="Activation.Gelu"/>
    public static Tensor Gelu(Tensor x) => Activate(Activation.Gelu, x);

    /// <inheritdoc cref="Activation.GeluTanh"/>
    public static Tensor GeluTanh(Tensor x) => Activate(Activation.GeluTanh, x);

    /// <inheritdoc cref="Activation.Silu"/>
    public static Tensor Silu(Tensor x) => Activate(Activation.Silu, x);

    /// <summary>y = σ(gate) ⊙ up, of one shape: SwiGLU with <see cref="Activation.Silu"/> (Shazeer 2020, arXiv:2002.05202).</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor Gate(Activation kind, Tensor gate, Tensor up)
    {
        Workspace workspace = CheckAlike(gate, up);
        Tensor y = workspace.New(gate.Shape);
        workspace.Kernels.Gate(kind, gate, up, y);
        if (workspace.Tracks(gate, up))
            workspace.Record(y, new GateNode(kind, gate, up));
        return y;
    }
}

file readonly struct ActivateNode(Activation kind, Tensor x) : INode
{
    public void Backward(Tensor y, Kernels kernels) => kernels.ActivateGrad(kind, x, y.Grad!, x.GradToAddTo());
}

file readonly struct GateNode(Activation kind, Tensor gate, Tensor up) : INode
{
    public void Backward(Tensor y, Kernels kernels) => kernels.GateGrad(kind, gate, up, y.Grad!, gate.WantedGrad(), up.WantedGrad());
}
