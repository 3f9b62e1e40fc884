// A neuron is a weighted sum of its inputs, squeezed into a probability: p = σ(w·x + b).
//
// Somebody knows w and b and keeps them hidden. All we are shown are examples: points x, each with a yes or a no that was drawn
// with probability p. Gradient descent finds w and b from the examples alone. It asks of each of them: were it a little larger,
// would the loss rise or fall, and how steeply? That slope is the gradient. Then it moves each a little way downhill, and asks again.

using Grimoire.Tensors;

const int Examples = 20_000, Steps = 200;
const float Rate = 5;

// The hidden truth, and what it lets us see.
Tensor trueWeight = Tensor.From((1, 2), [2, -1]), trueBias = Tensor.From(1, [0.5f]);
float[] points = new float[Examples * 2], answers = new float[Examples];
for (int i = 0; i < points.Length; i++)
    points[i] = (float)CountedRandom.Normal(seed: 1, (ulong)i);

// A workspace is where numbers are computed and live for the moment; its tape remembers how each came to be.
var tape = new Tape();
var workspace = new Workspace(Kernels.Simd, tape);

ReadOnlySpan<float> chances = Probability(trueWeight, trueBias).Span<float>();
for (int i = 0; i < Examples; i++)
    answers[i] = CountedRandom.Uniform(seed: 2, (ulong)i) < chances[i] ? 1 : 0;
double floor = Loss(trueWeight, trueBias).Item();

// What is learned starts at zero: every answer is then as likely as not, p = ½, and the loss is ½² = 0.25.
Tensor weight = Tensor.Zeros((1, 2)), bias = Tensor.Zeros(1);
weight.RequiresGrad = bias.RequiresGrad = true;

Console.WriteLine("  step      loss        w₁        w₂         b");
double loss = 0;
for (int step = 0; step <= Steps; step++)
{
    workspace.Reset();
    Tensor now = Loss(weight, bias);
    loss = now.Item();
    if (step % 20 == 0)
        Console.WriteLine($"{step,6}  {loss:F6}  {Row(weight, bias)}");

    // Back along the tape: how does the loss change with each parameter?
    tape.Backward(now);
    Descend(weight);
    Descend(bias);
}

Console.WriteLine($" truth  {floor:F6}  {Row(trueWeight, trueBias)}");
Console.WriteLine();

// The examples are a sample, so what fits them best is near the truth but not the truth.
bool found = Off(weight, trueWeight) < 0.1 && Off(bias, trueBias) < 0.1 && loss < floor + 1e-4;
Console.WriteLine(found ? "The hidden weights were found." : "The hidden weights were not found.");
return found ? 0 : 1;

// p, one for each point: [example, 1].
Tensor Probability(Tensor w, Tensor b) => Ops.Sigmoid(Ops.Linear(workspace.From((Examples, 2), points), w, b));

// The mean of (p − answer)². On average over the draws it is smallest where p is the true probability (Brier 1950).
Tensor Loss(Tensor w, Tensor b) => Ops.SquaredError(Probability(w, b), workspace.From((Examples, 1), answers));

static void Descend(Tensor parameter)
{
    Span<float> values = parameter.Span<float>(), slopes = parameter.Grad!.Span<float>();
    for (int i = 0; i < values.Length; i++)
        values[i] -= Rate * slopes[i];
    parameter.Grad = null;
}

static string Row(Tensor w, Tensor b) => $"{w.Span<float>()[0],8:F3}  {w.Span<float>()[1],8:F3}  {b.Span<float>()[0],8:F3}";

static double Off(Tensor learned, Tensor truth)
{
    double furthest = 0;
    for (int i = 0; i < learned.Shape.Count; i++)
        furthest = Math.Max(furthest, Math.Abs(learned.Span<float>()[i] - truth.Span<float>()[i]));
    return furthest;
}
