using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Worlds;

namespace Grimoire.Training.Tests.SelfPlay;

/// <summary>The game as a source of groups, played by a model that knows nothing: whatever it says, rewards are what the rules say.</summary>
public sealed class RiddleGroupsTests
{
    private static readonly GrpoSettings Settings = new() { Prompts = 3, Group = 4, MaxTokens = 12 };

    [Fact]
    public void Whoever_knows_nothing_earns_nothing_and_is_asked_nothing()
    {
        RiddleGroups game = Game(out _);
        IReadOnlyList<AnswerGroup> groups = game.Draw(0, 3, seed: 1);
        Assert.Equal(3, groups.Count);
        Assert.All(groups, group =>
        {
            Assert.Equal(4, group.Answers.Count);
            Assert.Equal([0, 0, 0, 0], group.Rewards);
            Assert.Equal(["riddles", "true"], group.Parts.Select(part => part.Name));
        });
        Assert.Equal(groups.SelectMany(g => g.Answers).Select(a => a.Text), game.Draw(0, 3, seed: 1).SelectMany(g => g.Answers).Select(a => a.Text));
    }

    [Fact]
    public void A_round_without_anything_to_learn_leaves_the_model_as_it_is()
    {
        RiddleGroups game = Game(out LanguageModel model);
        StepWork work = new GrpoObjective(model.Transformer, null, game, Settings, 8, 1).Prepare(new TrainerState(), new Workspace(Kernels.Simd));
        Assert.Equal(0, work.Passes);
        Assert.Equal(3, work.Sequences);
    }

    private static RiddleGroups Game(out LanguageModel model)
    {
        var world = World.Of(1);
        Tokenizer tokenizer = TokenizerTrainer.Train(
            [Riddles.Beginning(world.Facts.Residents[0])], new TokenizerOptions { Kind = TokenizerKind.Bytes, VocabularySize = 258, EndOfText = "<|endoftext|>" });
        ModelConfig config = Llama.Config(1, 2, 16, 128, tokenizer.VocabularySize);
        model = new LanguageModel(new Transformer(config, Initialization.Random(config, 1)), tokenizer);
        model.Transformer.SetTrainable(true);
        var sampler = new RolloutSampler(model, new ExampleEncoder(tokenizer, null, 128), Kernels.Simd);
        return new RiddleGroups(new Riddles(world), sampler, Settings, sentences: 2, seed: 1);
    }
}
