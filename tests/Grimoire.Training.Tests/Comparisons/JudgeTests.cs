using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training.Tests.Comparisons;

public sealed class JudgeTests
{
    private static readonly Passage Prompt = new("What is 2 + 2?");

    [Theory]
    [InlineData(0.9, 0.2, Verdict.First)]
    [InlineData(0.4, 0.6, Verdict.Second)]
    [InlineData(0.9, 0.9, Verdict.Tie)]
    [InlineData(0.3, 0.3, Verdict.Tie)]
    [InlineData(0.5, 0.1, Verdict.Tie)]
    public void Only_what_is_said_in_both_orders_counts(double straight, double turned, Verdict verdict)
    {
        Judgement judgement = new Scripted(straight, turned).Compare(Prompt, "a", "b");
        Assert.Equal(verdict, judgement.Verdict);
        Assert.Equal((straight + 1 - turned) / 2, judgement.First, 12);
        Assert.Equal(straight + turned - 1, judgement.PositionBias, 12);
    }

    [Fact]
    public void A_reward_model_judges_by_its_scores_whatever_the_order()
    {
        LanguageModel model = LetterModels.Chatting();
        var head = new Head("score", RandomTensor.Normal((1, 16), 1));
        var reward = new RewardModel(model, head);
        var judge = new RewardJudge(reward, model.ChatTemplate, "rm", Kernels.Simd);
        Judgement judgement = judge.Compare(Prompt, "4", "5");
        Assert.Equal("judge:rm", judge.Name);
        Assert.Equal(0, judgement.PositionBias, 1e-6);
        Assert.NotEqual(Verdict.Tie, judgement.Verdict);
        Assert.NotEqual(judgement.Verdict, judge.Compare(Prompt, "5", "4").Verdict);

        var encoder = new ExampleEncoder(model.Tokenizer, model.ChatTemplate, model.Config.Context);
        double[] scores = reward.Scores(
            [.. new[] { "4", "5" }.Select(answer => RewardPair.Answered(encoder.Encode(new CompletionExample(Prompt, new Passage(answer)))))], new Workspace(Kernels.Simd));
        Assert.Equal(BradleyTerry.Preference(scores[0], scores[1]), judgement.First, 1e-6);
    }

    [Theory]
    [InlineData("chatml")]
    [InlineData(null)]
    public void A_language_model_judges_by_how_likely_it_finds_the_letters(string? format)
    {
        LanguageModel model = LetterModels.Chatting();
        ChatTemplate? template = format is null ? null : ChatTemplate.BuiltIn(format);
        var judge = new ModelJudge(model, template, "m", Kernels.Reference);
        Judgement judgement = judge.Compare(Prompt, "four", "five");

        var encoder = new ExampleEncoder(model.Tokenizer, template, model.Config.Context);
        double Likely(string a, string b)
        {
            int[] ids = [.. encoder.EncodePrompt(new PromptExample(new Passage(judge.Question(Prompt, a, b)), [])), .. format is null ? model.Tokenizer.Encode(" ") : []];
            float[] logits = model.Transformer.ForwardLast(model.Transformer.Begin(new Workspace(Kernels.Reference), Batch.Of(ids))).ToArray<float>();
            (double yes, double no) = (Math.Exp(logits[model.Tokenizer.Id("A")!.Value]), Math.Exp(logits[model.Tokenizer.Id("B")!.Value]));
            return yes / (yes + no);
        }

        Assert.Equal(Likely("four", "five"), judgement.Straight, 1e-6);
        Assert.Equal(1 - Likely("five", "four"), judgement.Swapped, 1e-6);
        Assert.Contains("user: What is 2 + 2?", judge.Question(Prompt, "four", "five"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_too_long_to_be_judged_is_said()
    {
        LanguageModel model = LetterModels.Chatting(context: 64);
        var judge = new ModelJudge(model, model.ChatTemplate, "m", Kernels.Simd);
        Assert.Contains("64", Assert.Throws<GrimoireException>(() => judge.Compare(Prompt, "a", "b")).Message, StringComparison.Ordinal);
    }

    private sealed class Scripted(double straight, double turned) : Judge
    {
        public override string Name => "judge:script";

        protected override double Preference(Passage prompt, string shownFirst, string shownSecond) => shownFirst == "a" ? straight : turned;
    }
}
