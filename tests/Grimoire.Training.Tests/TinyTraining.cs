using System.Text;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Tests;

/// <summary>A model, a text and a run so small that a step takes a millisecond.</summary>
internal sealed class TinyTraining : IDisposable
{
    public const int Context = 16;
    private readonly Scratch scratch = new();
    private readonly TokenData data;

    public TinyTraining(DocumentUnit unit = DocumentUnit.Line)
    {
        var corpus = new Corpus([scratch.Write("text.txt", Text(3000))], unit);
        Tokenizer = TokenizerTrainer.Train(corpus.Texts(), new TokenizerOptions { Kind = TokenizerKind.Character });
        data = TokenData.Prepare(
            scratch["data"], corpus, null, new TextEncoder(text => Tokenizer.Encode(text), Tokenizer.VocabularySize, null, "tiny"), new SplitSettings());
    }

    public Tokenizer Tokenizer { get; }

    public TokenStore Store => data.Train;

    public SequenceSampler Windows => new WindowSampler(data.Train, Context, 5);

    /// <summary>Sequences of unequal lengths.</summary>
    public SequenceSampler Documents => new DocumentSampler(data.Train, Context, Tokenizer.Id("\n")!.Value, 5);

    public TextValidation Validation(LanguageModel model) =>
        new(model.Transformer, new BlockSampler(data.Validation!, Context, null), data.Validation!, 4, 2);

    /// <summary>Lines of three to twelve letters in which each letter follows from the one before, mostly.</summary>
    public static string Text(int length)
    {
        var text = new StringBuilder();
        for (ulong line = 0; text.Length < length; line++)
        {
            int letter = (int)CountedRandom.Below(8, 1, line);
            for (int i = (int)CountedRandom.Below(9, 2, line); i < 12; i++)
                text.Append((char)('a' + ((letter += i % 3) % 8)));
            text.Append('\n');
        }

        return text.ToString();
    }

    public LanguageModel Model(ulong seed = 1, bool gpt2 = false)
    {
        ModelConfig config = gpt2
            ? Gpt2.Config(2, 2, 16, Context, Tokenizer.VocabularySize)
            : Llama.Config(2, 2, 16, Context, Tokenizer.VocabularySize, tied: true);
        var transformer = new Transformer(config, Initialization.Random(config, seed));
        transformer.SetTrainable(true);
        return new LanguageModel(transformer, Tokenizer);
    }

    public string Folder(string name) => scratch[name];

    public Run Run(string name) =>
        Training.Runs.Run.Create(Folder(name), new RunInfo { Kind = "test", Command = [], Recipe = new PretrainRecipe().ToJson(), Seed = 1 });

    public Trainer Trainer(
        LanguageModel model, Run run, TrainerSettings settings, SequenceSampler? sampler = null, Optimizer? optimizer = null,
        IProgress<TrainingEvent>? events = null, float rate = 3e-3f, int batch = 4, int accumulate = 1) =>
        new(
            new Trainee(model), optimizer ?? new AdamW(model.Transformer.Parameters, new AdamWOptions(), Kernels.Simd),
            new Schedule(ScheduleKind.Cosine, rate, rate / 10, 2, settings.Steps),
            new LanguageModelingObjective(model.Transformer, sampler ?? Windows, batch, accumulate), Validation(model), run, settings, new Workspace(Kernels.Simd))
        {
            Sample = step => [new TextSample(step, "a", "b")],
            Progress = events,
        };

    public static float[][] Weights(LanguageModel model) => [.. model.Transformer.Parameters.Select(p => p.Tensor.ToArray<float>())];

    public void Dispose()
    {
        data.Dispose();
        scratch.Dispose();
    }
}

/// <summary>Hears events at once, in the thread that reports them.</summary>
internal sealed class Listener<T>(Action<T> heard) : IProgress<T>
{
    public void Report(T value) => heard(value);
}
