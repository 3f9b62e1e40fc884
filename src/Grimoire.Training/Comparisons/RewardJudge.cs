using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>A reward model as a judge: σ(r₁ − r₂). It reads each answer by itself, so the order is nothing to it.</summary>
/// <param name="model">The reward model.</param>
/// <param name="template">How its conversations are written.</param>
/// <param name="name">Its name.</param>
/// <param name="kernels">What computes.</param>
public sealed class RewardJudge(RewardModel model, ChatTemplate? template, string name, Kernels kernels) : Judge
{
    private readonly ExampleEncoder encoder = new(model.Model.Tokenizer, template, model.Model.Config.Context);
    private readonly Workspace workspace = new(kernels);

    /// <inheritdoc/>
    public override string Name { get; } = $"judge:{name}";

    /// <inheritdoc/>
    protected override double Preference(Passage prompt, string shownFirst, string shownSecond)
    {
        double[] rewards = model.Scores([Ids(prompt, shownFirst), Ids(prompt, shownSecond)], workspace);
        return BradleyTerry.Preference(rewards[0], rewards[1]);
    }

    private int[] Ids(Passage prompt, string answer) => RewardPair.Answered(encoder.Encode(new CompletionExample(prompt, new Passage(answer))));
}
