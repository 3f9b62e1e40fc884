// Exclusive or: yes if one of two inputs is on, no if both or neither are.
//
// It is the smallest thing that a single neuron cannot learn (Minsky and Papert 1969): a weighted sum draws one straight line, and
// no line parts the corners (0,1) and (1,0) of a square from the corners (0,0) and (1,1). With a layer of neurons in between the
// corners are first bent to other places, where a line does part them. Both are tried here with the same loop.

using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training;

const int Hidden = 8, Steps = 250;
const float Rate = 0.05f;
float[] corners = [0, 0, 0, 1, 1, 0, 1, 1], answers = [0, 1, 1, 0];

var tape = new Tape();
var workspace = new Workspace(Kernels.Simd, tape);

// Weights begin as small random numbers: neurons that began alike would get like gradients and stay alike for ever.
List<Parameter> parameters = [];
Tensor w0 = Learned("w0", (1, 2)), b0 = Learned("b0", 1);
int alone = Learn("One neuron, σ(w·x + b):", x => Ops.Sigmoid(Ops.Linear(x, w0, b0)));

parameters = [];
Tensor w1 = Learned("w1", (Hidden, 2)), b1 = Learned("b1", Hidden), w2 = Learned("w2", (1, Hidden)), b2 = Learned("b2", 1);
int together = Learn($"{Hidden} neurons in between, σ(w₂·tanh(W₁x + b₁) + b₂):", x =>
{
    Tensor hidden = Ops.Tanh(Ops.Linear(x, w1, b1));
    return Ops.Sigmoid(Ops.Linear(hidden, w2, b2));
});

Console.WriteLine($"The neuron alone is sure and right about {alone} of 4, the network about {together} of 4.");
return alone < 4 && together == 4 ? 0 : 1;

// Trains a network and says how many of the four answers come out within a tenth of what they should be.
int Learn(string title, Func<Tensor, Tensor> network)
{
    Console.WriteLine(title);
    var optimizer = new AdamW(parameters, new AdamWOptions(Decay: 0), Kernels.Simd);
    for (int step = 0; step <= Steps; step++)
    {
        workspace.Reset();
        Tensor loss = Ops.SquaredError(network(workspace.From((4, 2), corners)), workspace.From((4, 1), answers));
        if (step % 50 == 0)
            Console.WriteLine($"  step {step,3}  loss {loss.Item():F4}");
        tape.Backward(loss);
        optimizer.Step(Rate);
        optimizer.ZeroGradients();
    }

    workspace.Reset();
    ReadOnlySpan<float> said = network(workspace.From((4, 2), corners)).Span<float>();
    int right = 0;
    for (int i = 0; i < 4; i++)
    {
        Console.WriteLine($"  {corners[2 * i]} xor {corners[(2 * i) + 1]} = {said[i]:F3}");
        right += Math.Abs(said[i] - answers[i]) < 0.1 ? 1 : 0;
    }

    Console.WriteLine();
    return right;
}

Tensor Learned(string name, Shape shape)
{
    Tensor tensor = Tensor.Zeros(shape);
    tensor.RequiresGrad = true;
    Span<float> values = tensor.Span<float>();
    for (int i = 0; i < values.Length; i++)
        values[i] = (float)CountedRandom.Normal(seed: (ulong)parameters.Count, (ulong)i);
    parameters.Add(new Parameter(name, tensor));
    return tensor;
}
