// A transformer learns to sort. It is never told what sorting is: it sees six digits from 0 to 2, then the same six in order, and
// learns to foretell the second half from the first, one digit after another. It is minGPT's demo (Karpathy 2022), at its size.
//
// A quarter of all sequences is set aside and never trained on; only those are asked for at the end, so what was memorised does not help.
//
//   dotnet run --project samples/Sorting -- [seed] [steps]

using System.Globalization;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training;

const int Digits = 3, Length = 6, BatchSize = 64, Questions = 5000;
ulong seed = args.Length > 0 ? ulong.Parse(args[0], CultureInfo.InvariantCulture) : 1;
int steps = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 2000;
ulong draws = 0;

// minGPT's "gpt-nano": 3 layers, 3 heads, 48 channels. The last digit is only ever an answer, so the context is one shorter than the whole.
ModelConfig config = Gpt2.Config(layers: 3, heads: 3, channels: 48, context: (2 * Length) - 1, vocabulary: Digits);
var model = new Transformer(config, Initialization.Random(config, seed));
model.SetTrainable(true);
Console.WriteLine($"A transformer of {config.ParameterCount:N0} parameters, seed {seed}.");

var tape = new Tape();
var workspace = new Workspace(Kernels.Simd, tape);
var optimizer = new AdamW(model.Parameters, new AdamWOptions(), Kernels.Simd);

for (int step = 0; step < steps; step++)
{
    var batch = new Batch();
    List<int> targets = [];
    for (int i = 0; i < BatchSize; i++)
    {
        int[] question = Draw(heldOut: false), whole = [.. question, .. question.Order()];
        batch.Add(whole.AsSpan(0, whole.Length - 1));

        // The digits of the question are random: nothing can be learned from foretelling them, and a negative target asks nothing.
        targets.AddRange(Enumerable.Repeat(-1, Length - 1));
        targets.AddRange(whole.AsSpan(Length));
    }

    workspace.Reset();
    Tensor loss = LanguageModeling.Loss(model, model.Begin(workspace, batch), targets.ToArray()) * (1f / (BatchSize * Length));
    if (step % 200 == 0 || step == steps - 1)
        Console.WriteLine($"  step {step,4}  loss {loss.Item():F4}");

    tape.Backward(loss);
    optimizer.Step(rate: 5e-4f, Optimizer.ClipScale(optimizer.GradientNorm(), limit: 1));
    optimizer.ZeroGradients();
}

// The examination: nothing is recorded now.
workspace.Exchange(null);
int right = 0;
for (int asked = 0; asked < Questions; asked += 500)
{
    int[][] questions = [.. Enumerable.Range(0, 500).Select(_ => Draw(heldOut: true))];
    int[][] answers = Sort(questions);
    right += questions.Zip(answers).Count(pair => pair.First.Order().SequenceEqual(pair.Second));
    if (asked == 0)
        Console.WriteLine($"  {string.Join(' ', questions[0])}  →  {string.Join(' ', answers[0])}");
}

Console.WriteLine($"Sequences it never saw: {right} of {Questions} sorted.");
return right == Questions ? 0 : 1;

// Six random digits, of those held out or of the others. There are 3⁶ = 729 sequences; a hash puts a quarter of them aside.
int[] Draw(bool heldOut)
{
    while (true)
    {
        ulong number = (ulong)CountedRandom.Below((long)Math.Pow(Digits, Length), seed, draws++);
        if ((CountedRandom.Bits(seed: 0, number) % 4 == 0) != heldOut)
            continue;
        int[] digits = new int[Length];
        for (int i = 0; i < Length; i++, number /= Digits)
            digits[i] = (int)(number % Digits);
        return digits;
    }
}

// The likeliest digit each time, appended, and read again with the rest.
int[][] Sort(int[][] questions)
{
    List<int>[] texts = [.. questions.Select(question => question.ToList())];
    for (int i = 0; i < Length; i++)
    {
        var batch = new Batch();
        foreach (List<int> text in texts)
            batch.Add(text.ToArray());
        workspace.Reset();
        ReadOnlySpan<int> next = Ops.ArgMax(model.ForwardLast(model.Begin(workspace, batch))).Span<int>();
        for (int t = 0; t < texts.Length; t++)
            texts[t].Add(next[t]);
    }

    return [.. texts.Select(text => text.Skip(Length).ToArray())];
}
