// Reading handwritten digits with the plainest of deep networks: three layers of weighted sums with ReLU between them.
//
//   dotnet run --project samples/Digits -- FOLDER [seed]
//
// FOLDER holds MNIST's four files, packed (.gz) or not. Without one the sample draws digits of its own, in the same format.

using System.Diagnostics;
using System.Globalization;
using Digits;
using Grimoire;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training;
using Grimoire.Training.Data;

const int BatchSize = 64, Epochs = 12, Classes = 10;
const double Promise = 0.98;

string folder = args.Length > 0 ? args[0] : DrawnDigits.WriteTo(Path.Combine(Path.GetTempPath(), "grimoire-digits"));
ulong seed = args.Length > 1 ? ulong.Parse(args[1], CultureInfo.InvariantCulture) : 1;
Examples train, test;
try
{
    (train, test) = (Examples.Read(folder, "train"), Examples.Read(folder, "t10k"));
}
catch (GrimoireException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

Console.WriteLine($"{train.Labels.Length:N0} pictures to learn from and {test.Labels.Length:N0} to be tested on, from {folder}.");
long begin = Stopwatch.GetTimestamp();

var tape = new Tape();
var workspace = new Workspace(Kernels.Simd, tape);
List<Parameter> parameters = [];
(Tensor Weight, Tensor Bias)[] layers = [Layer(train.Size, 256), Layer(256, 128), Layer(128, Classes)];
var optimizer = new AdamW(parameters, new AdamWOptions(Beta2: 0.99f, Decay: 0.05f), Kernels.Simd);

// Large steps at first, to get near; ever smaller ones, to come to rest. A last batch of an epoch that is not full is left out.
int batches = train.Labels.Length / BatchSize;
var schedule = new Schedule(ScheduleKind.Cosine, Peak: 2e-3f, End: 0, Warmup: 100, Steps: Epochs * batches);
for (int epoch = 0; epoch < Epochs; epoch++)
{
    var shuffle = new Permutation(train.Labels.Length, CountedRandom.Bits(seed, (ulong)epoch));
    double sum = 0;
    for (int batch = 0; batch < batches; batch++)
    {
        int[] chosen = [.. Enumerable.Range(batch * BatchSize, BatchSize).Select(i => (int)shuffle[i])];
        workspace.Reset();
        Tensor targets = workspace.From([.. chosen.Select(i => (int)train.Labels[i])]);
        Tensor loss = Ops.Mean(Ops.CrossEntropy(Logits(train, chosen), targets));
        sum += loss.Item();

        tape.Backward(loss);
        optimizer.Step(schedule.Rate(optimizer.Steps));
        optimizer.ZeroGradients();
    }

    Console.WriteLine($"  epoch {epoch + 1,2}  loss {sum / batches:F4}  right on the test {Right(out _):P2}");
}

double right = Right(out int misread);
double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
if (misread >= 0)
{
    workspace.Reset();
    Console.WriteLine($"A {test.Labels[misread]} that it took for a {Ops.ArgMax(Logits(test, [misread])).Item()}:");
    Console.WriteLine(test.Draw(misread));
}

Console.WriteLine($"Seed {seed}: {right:P2} of the test read rightly, after {seconds:F0} s.");
return right >= Promise ? 0 : 1;

// One score for each digit: [picture, 10].
Tensor Logits(Examples examples, ReadOnlySpan<int> chosen)
{
    float[] pixels = new float[chosen.Length * examples.Size];
    for (int i = 0; i < pixels.Length; i++)
        pixels[i] = examples.Pixels[(chosen[i / examples.Size] * examples.Size) + (i % examples.Size)] / 255f;
    Tensor x = workspace.From((chosen.Length, examples.Size), pixels);
    foreach ((Tensor weight, Tensor bias) in layers[..^1])
        x = Ops.Relu(Ops.Linear(x, weight, bias));
    return Ops.Linear(x, layers[^1].Weight, layers[^1].Bias);
}

// The share of test pictures whose highest score is the right one; and the last of the others.
double Right(out int misread)
{
    misread = -1;
    workspace.Exchange(null);
    int count = 0;
    foreach (int[] chosen in Enumerable.Range(0, test.Labels.Length).Chunk(500))
    {
        workspace.Reset();
        ReadOnlySpan<int> said = Ops.ArgMax(Logits(test, chosen)).Span<int>();
        for (int i = 0; i < chosen.Length; i++)
        {
            if (said[i] == test.Labels[chosen[i]])
                count++;
            else
                misread = chosen[i];
        }
    }

    workspace.Exchange(tape);
    return (double)count / test.Labels.Length;
}

// Weights as large as keeps the size of signals through a ReLU (He et al. 2015, arXiv:1502.01852).
(Tensor Weight, Tensor Bias) Layer(int inputs, int outputs)
{
    Tensor weight = Tensor.Zeros((outputs, inputs)), bias = Tensor.Zeros(outputs);
    Span<float> values = weight.Span<float>();
    for (int i = 0; i < values.Length; i++)
        values[i] = (float)(Math.Sqrt(2.0 / inputs) * CountedRandom.Normal(CountedRandom.Bits(seed, (ulong)parameters.Count), (ulong)i));
    weight.RequiresGrad = bias.RequiresGrad = true;
    parameters.Add(new Parameter($"{parameters.Count / 2}.weight", weight));
    parameters.Add(new Parameter($"{parameters.Count / 2}.bias", bias));
    return (weight, bias);
}
