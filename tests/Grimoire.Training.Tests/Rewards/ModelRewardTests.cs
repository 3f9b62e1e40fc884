using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;

namespace Grimoire.Training.Tests.Rewards;

public sealed class ModelRewardTests : IDisposable
{
    private readonly Scratch scratch = new();
    private readonly RewardModel model = Random(LetterModels.Chatting());

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_roll_out_of_the_same_vocabulary_is_scored_token_for_token()
    {
        LanguageModel policy = LetterModels.Chatting(seed: 9);
        var encoder = new ExampleEncoder(policy.Tokenizer, policy.ChatTemplate, policy.Config.Context);
        PromptExample[] prompts = [new(new Passage("One?"), []), new(new Passage("Two?"), [])];
        IReadOnlyList<Rollout> rollouts = new RolloutSampler(policy, encoder, Kernels.Simd).Sample(prompts, 3, new GenerationOptions { MaxTokens = 12 }, seed: 4);
        double[] scores = new ModelReward(model, "model:x", Kernels.Simd).Score(rollouts);
        for (int i = 0; i < rollouts.Count; i++)
            Assert.Equal(model.Scores([[.. rollouts[i].PromptIds, .. rollouts[i].AnswerIds]], new Workspace(Kernels.Simd))[0], scores[i], 1e-5);
    }

    [Fact]
    public void Of_another_vocabulary_it_is_read_anew_and_one_that_was_cut_off_stays_without_an_end()
    {
        var prompt = new PromptExample(new Passage("One?"), []);
        Rollout Of(string text, bool ended) => new(prompt, [1, 2, 3], [4, 5], text, ended, [], []);
        double[] scores = new ModelReward(model, "model:x", Kernels.Simd).Score([Of("Yes.", true), Of("Yes.", false), Of("", false)]);
        const string Asked = "<|im_start|>user\nOne?<|im_end|>\n<|im_start|>assistant\n";
        string[] texts = [Asked + "Yes.<|im_end|>", Asked + "Yes.", Asked];
        for (int i = 0; i < texts.Length; i++)
            Assert.Equal(model.Scores([model.Model.Tokenizer.Encode(texts[i], parseSpecial: true)], new Workspace(Kernels.Simd))[0], scores[i], 1e-5);
    }

    [Fact]
    public void What_is_longer_than_its_context_loses_the_begin()
    {
        RewardModel small = Random(LetterModels.Chatting(context: 48));
        LanguageModel policy = LetterModels.Chatting(context: 512);
        var encoder = new ExampleEncoder(policy.Tokenizer, policy.ChatTemplate, policy.Config.Context);
        var prompt = new PromptExample(new Passage("Hm?"), []);
        int[] asked = encoder.EncodePrompt(prompt), answer = [.. Enumerable.Range(0, 40).Select(i => 20 + (i % 30))];
        double score = Assert.Single(new ModelReward(small, "model:x", Kernels.Simd).Score([new Rollout(prompt, asked, answer, "", false, [], [])]));
        int[] all = [.. asked, .. answer];
        Assert.Equal(small.Scores([all[^48..]], new Workspace(Kernels.Simd))[0], score, 1e-5);
    }

    [Fact]
    public void It_is_named_by_its_path_among_others()
    {
        model.Save(scratch["rm"]);
        RewardSum sum = RewardNames.Parse($"0.5*model:{scratch["rm"]},0.1*length=64", Kernels.Simd);
        Assert.Equal(2, sum.Terms.Count);
        Assert.Equal($"model:{scratch["rm"]}", sum.Terms[0].Reward.Name);
        Assert.Equal(0.5, sum.Terms[0].Weight);
        Assert.Contains("none", Assert.Throws<GrimoireException>(() => RewardNames.Parse($"model:{scratch["none"]}")).Message, StringComparison.Ordinal);
    }

    private static RewardModel Random(LanguageModel language) => new(language, new Head("score", RandomTensor.Normal((1, 16), 3)));
}
