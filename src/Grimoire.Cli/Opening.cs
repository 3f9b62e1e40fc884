using System.CommandLine;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli;

/// <summary>How a verb that only reads a model opens it: its matrices packed for this machine, unless they shall be read as they are stored.</summary>
internal sealed record Opening
{
    private static readonly SettingList<Opening> Settings =
    [
        Setting.Of("no_repack", "read weights as they are stored: slower, and activations are not rounded to 8 bits where weights are quantised", Flag,
            (Opening o) => o.AsStored, (o, v) => o with { AsStored = v }, "Memory"),
        Setting.Of("keep_packed", "keep the repacked weights in a file beside the model, as large again, and start faster from then on", Flag,
            (Opening o) => o.Keep, (o, v) => o with { Keep = v }, "Memory"),
    ];

    /// <summary>What will compute.</summary>
    public Kernels Kernels { get; init; } = Kernels.Simd;

    /// <summary>Whether matrices are packed.</summary>
    public bool Packs => !AsStored;

    /// <summary>The options as another call of this tool takes them.</summary>
    public IReadOnlyList<string> Words => AsStored ? ["--no-repack"] : Keep ? ["--keep-packed"] : [];

    private bool AsStored { get; init; }

    private bool Keep { get; init; }

    /// <summary>Adds the options to a verb, after its others; what is returned reads them.</summary>
    public static Func<ParseResult, Opening> For(Verb verb)
    {
        var options = new Options<Opening>(verb, Settings, new Opening());
        return parse => options.Read(parse, new Opening { Kernels = Device.Kernels(parse) });
    }

    /// <summary>A model with its tokenizer.</summary>
    public LanguageModel Language(string path)
    {
        LanguageModel model = LanguageModel.Load(path);
        Pack(model.Transformer, path);
        return model;
    }

    /// <summary>A model alone.</summary>
    public Transformer Transformer(string path)
    {
        Transformer model = ModelFiles.Load(path);
        Pack(model, path);
        return model;
    }

    /// <summary>A model that gives rewards.</summary>
    public RewardModel Reward(string path)
    {
        RewardModel model = RewardModel.Load(path);
        Pack(model.Model.Transformer, path);
        return model;
    }

    private void Pack(Transformer model, string path)
    {
        if (!AsStored)
            PackedModel.Pack(model, path, Kernels, Keep);
        else if (Keep)
            throw new UsageException("--no-repack and --keep-packed exclude each other; choose one.");
    }
}
