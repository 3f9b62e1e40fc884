using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Recipes;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Rewards;

/// <summary>A reward model's score as the reward of a roll-out, many of them in each pass.</summary>
public sealed class ModelReward : Reward
{
    /// <summary>What its name begins with: <c>model:PATH</c>.</summary>
    public const string Prefix = "model:";

    private readonly RewardModel model;
    private readonly ExampleEncoder encoder;
    private readonly Workspace workspace;

    /// <summary>A reward model as a reward.</summary>
    /// <param name="model">The reward model.</param>
    /// <param name="name">What it is called in logs.</param>
    /// <param name="kernels">What computes.</param>
    /// <param name="key">Tells its files from others; the name if not given.</param>
    public ModelReward(RewardModel model, string name, Kernels kernels, string? key = null)
    {
        (this.model, Name, Key) = (model, name, key ?? name);
        encoder = new ExampleEncoder(model.Model.Tokenizer, ChatFormat.Of(model.Model), model.Model.Config.Context);
        workspace = new Workspace(kernels);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Key { get; }

    /// <summary>Loads the reward model of a folder, or of a finished run.</summary>
    /// <exception cref="GrimoireException">There is none.</exception>
    public static ModelReward Load(string path, Kernels kernels)
    {
        string folder = Run.Exists(path) ? StageRun.ModelFolder(path) : path;
        return new ModelReward(RewardModel.Load(folder), Prefix + path, kernels, $"{Prefix}{ModelKey.Of(folder)}");
    }

    /// <inheritdoc/>
    public override double[] Score(IReadOnlyList<Rollout> rollouts)
    {
        var prompts = new Dictionary<PromptExample, int[]>(ReferenceEqualityComparer.Instance);
        var sequences = new int[rollouts.Count][];
        for (int i = 0; i < sequences.Length; i++)
        {
            Rollout rollout = rollouts[i];
            if (!prompts.TryGetValue(rollout.Prompt, out int[]? prompt))
                prompts[rollout.Prompt] = prompt = encoder.EncodePrompt(rollout.Prompt);
            sequences[i] = Fitting(prompt.AsSpan().SequenceEqual(rollout.PromptIds) ? [.. prompt, .. rollout.AnswerIds] : Reread(rollout, prompt));
        }

        return model.Scores(sequences, workspace);
    }

    /// <summary>An answer in the words of another vocabulary; one that was cut off stays without an end.</summary>
    private int[] Reread(Rollout rollout, int[] prompt)
    {
        if (!rollout.Ended || string.IsNullOrWhiteSpace(rollout.Text))
            return [.. prompt, .. encoder.Tokenizer.EncodeContinuation(rollout.Text)];
        var answered = new CompletionExample(rollout.Prompt.Prompt, new Passage(rollout.Text)) { File = rollout.Prompt.File, Line = rollout.Prompt.Line };
        return RewardPair.Answered(encoder.Encode(answered));
    }

    /// <summary>What is too long loses the begin of its prompt, as in training.</summary>
    private int[] Fitting(int[] ids) => ids.Length <= encoder.Context ? ids : ids[^encoder.Context..];
}
