using Grimoire.Models;
using Grimoire.Training.Data;

namespace Grimoire.Training.Tests.RewardModeling;

public sealed class RewardDataTests : IDisposable
{
    private readonly Scratch scratch = new();
    private readonly LanguageModel model = LetterModels.Chatting(context: 64);

    private ExampleEncoder Encoder => new(model.Tokenizer, model.ChatTemplate, model.Config.Context);

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_pair_ends_with_the_end_of_its_turn()
    {
        var pair = RewardPair.Of(Encoder, new PreferenceExample(new Passage("hi"), new Passage("yes"), new Passage("no")) { Margin = 2 });
        Assert.Equal("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nyes<|im_end|>", model.Tokenizer.Decode(pair.Chosen, skipSpecial: false));
        Assert.Equal("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nno<|im_end|>", model.Tokenizer.Decode(pair.Rejected, skipSpecial: false));
        Assert.Equal((4, 3, 2.0), (pair.ChosenLength, pair.RejectedLength, pair.Margin));
    }

    [Fact]
    public void A_prompt_is_held_out_or_not_whatever_its_answers_and_file()
    {
        string one = Pairs("one.jsonl", 0, 60, "good", "bad"), two = Pairs("two.jsonl", 0, 60, "fine", "poor");
        RewardData data = RewardData.Read([one, two], [], 0.3, skipBad: false, Encoder);
        Assert.Equal(120, data.Train.Count + data.Validation.Count);
        Assert.InRange(data.Validation.Count, 20, 56);
        HashSet<string> learned = [.. data.Train.Select(Prompt)];
        Assert.All(data.Validation, pair => Assert.DoesNotContain(Prompt(pair), learned));
        Assert.NotEqual(data.Key, RewardData.Read([one, two], [], 0.2, false, Encoder).Key);

        string Prompt(RewardPair pair) => model.Tokenizer.Decode(pair.Chosen).Split('\n')[1];
    }

    [Fact]
    public void Files_of_held_out_pairs_are_held_out_whole()
    {
        RewardData data = RewardData.Read([Pairs("one.jsonl", 0, 9, "good", "bad")], [Pairs("two.jsonl", 9, 13, "good", "bad")], 0.5, false, Encoder);
        Assert.Equal((9, 4), (data.Train.Count, data.Validation.Count));
    }

    [Fact]
    public void Margins_are_read_and_a_wrong_one_is_named_with_its_line()
    {
        string good = scratch.Write("good.jsonl", """{"prompt": "a", "chosen": "b", "rejected": "c", "margin": 1.5}""" + "\n" + """{"prompt": "x", "chosen": "b", "rejected": "c"}""");
        Assert.Equal([1.5, 0], RewardData.Read([good], [good], 0, false, Encoder).Train.Select(pair => pair.Margin));
        string bad = scratch.Write("bad.jsonl", """{"prompt": "a", "chosen": "b", "rejected": "c", "margin": "much"}""");
        string message = Assert.Throws<GrimoireException>(() => RewardData.Read([bad], [good], 0, false, Encoder)).Message;
        Assert.Contains("bad.jsonl, line 1", message, StringComparison.Ordinal);
        Assert.Contains("margin", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_too_long_is_named_or_counted()
    {
        string file = scratch.Write("long.jsonl", Row("a", new string('x', 90), "c") + "\n" + Row("b", "x", "y") + "\n" + Row("q", "x", "y"));
        string other = Pairs("other.jsonl", 0, 3, "good", "bad");
        Assert.Contains("long.jsonl, line 1", Assert.Throws<GrimoireException>(() => RewardData.Read([file], [other], 0, false, Encoder)).Message, StringComparison.Ordinal);
        RewardData data = RewardData.Read([file], [other], 0, skipBad: true, Encoder);
        Assert.Equal((2, 1), (data.Train.Count, data.Skipped));
        Assert.Single(data.Faults);
    }

    [Fact]
    public void Nothing_held_out_is_said()
    {
        string file = Pairs("one.jsonl", 0, 5, "good", "bad");
        Assert.Contains("--val-share", Assert.Throws<GrimoireException>(() => RewardData.Read([file], [], 0, false, Encoder)).Message, StringComparison.Ordinal);
    }

    private static string Row(string prompt, string chosen, string rejected) =>
        $$"""{"prompt": "{{prompt}}", "chosen": "{{chosen}}", "rejected": "{{rejected}}"}""";

    private string Pairs(string name, int from, int to, string chosen, string rejected) =>
        scratch.Write(name, string.Join('\n', Enumerable.Range(from, to - from).Select(i => Row($"p{i}", chosen, rejected))));
}
