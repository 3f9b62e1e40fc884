using System.Globalization;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training;

namespace Grimoire.Cli.Bench;

/// <summary>A model of GPT-2's kind to be trained on random tokens.</summary>
internal sealed record TrainingShape(int Layers, int Heads, int Channels, int Context, int Batch, int Vocabulary)
{
    /// <summary>What is expected of words.</summary>
    public const string Expected = "layers,heads,channels,context,batch,vocabulary";

    /// <summary>Reads <c>6,6,384,256,8,65</c>.</summary>
    /// <exception cref="UsageException">It is not six sizes, or none that make a model.</exception>
    public static TrainingShape Parse(string words)
    {
        int[] sizes = [.. words.Split(',').Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)];
        if (sizes.Length != 6 || sizes.Any(size => size is < 1 or > 1 << 20))
            throw new UsageException($"--shape is \"{words}\"; expected {Expected}, as in 6,6,384,256,8,65.");
        if (sizes[2] % sizes[1] != 0)
            throw new UsageException($"--shape is \"{words}\"; {sizes[2]} channels are not a multiple of {sizes[1]} heads.");
        return new TrainingShape(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5]);
    }

    /// <summary>As a peer's command line takes it.</summary>
    public string Words => string.Create(CultureInfo.InvariantCulture, $"{Layers} {Heads} {Channels} {Context} {Batch} {Vocabulary}");

    /// <inheritdoc/>
    public override string ToString() => $"{Layers} × {Channels}, context {Context}, batch {Batch}, vocabulary {Numbers.Count(Vocabulary)}";
}

/// <summary>Whole training steps: forward, backward, clipping and AdamW.</summary>
internal sealed class TrainingSpeed
{
    private const double LeastSeconds = 0.5;
    private readonly Transformer model;
    private readonly Optimizer optimizer;
    private readonly Tape tape = new();
    private readonly Workspace workspace;
    private readonly Batch batch = new();
    private readonly int[] targets;

    public TrainingSpeed(TrainingShape shape, Kernels kernels)
    {
        ModelConfig config = Gpt2.Config(shape.Layers, shape.Heads, shape.Channels, shape.Context, shape.Vocabulary);
        model = new Transformer(config, Initialization.Random(config, seed: 1));
        model.SetTrainable(true);
        optimizer = new AdamW(model.Parameters, new AdamWOptions(), kernels);
        workspace = new Workspace(kernels, tape);
        targets = [.. Enumerable.Range(0, shape.Batch * shape.Context).Select(i => (int)CountedRandom.Below(shape.Vocabulary, 1, (ulong)i))];
        for (int s = 0; s < shape.Batch; s++)
            batch.Add(targets.AsSpan(s * shape.Context, shape.Context));
        Work = new Work(3 * config.ForwardOperations(shape.Context), 0, 0);
    }

    /// <summary>What a token costs.</summary>
    public Work Work { get; }

    /// <summary>Tokens a second.</summary>
    public double TokensPerSecond(CancellationToken cancellation) => Pace.Of(LeastSeconds, () =>
    {
        workspace.Reset();
        Tensor loss = LanguageModeling.Loss(model, model.Begin(workspace, batch), targets);
        tape.Backward(loss, 1f / targets.Length);
        optimizer.Step(1e-3f, Optimizer.ClipScale(optimizer.GradientNorm(), 1));
        optimizer.ZeroGradients();
        return batch.Count;
    }, cancellation);
}
