namespace Grimoire.Cli.Tests;

public sealed class UsageTests
{
    [Fact]
    public void An_unknown_verb_is_refused_with_the_nearest() =>
        Outcome.Of("pretrian").AssertRefused(Tool.WrongUsage, "\"pretrian\"", "did you mean pretrain?");

    [Fact]
    public void An_unknown_verb_of_a_verb_is_refused_with_the_nearest() =>
        Outcome.Of("tokenizer", "encod").AssertRefused(Tool.WrongUsage, "\"encod\"", "did you mean encode?");

    [Fact]
    public void An_unknown_word_far_from_all_points_to_the_help() => Outcome.Of("xylophone").AssertRefused(Tool.WrongUsage, "see grimoire --help");

    [Fact]
    public void An_unknown_option_is_refused_with_the_nearest() =>
        Outcome.Of("pretrain", "--data", "x.txt", "--laers", "3").AssertRefused(Tool.WrongUsage, "--laers", "did you mean --layers?");

    [Fact]
    public void An_option_without_its_value_says_so() => Outcome.Of("pretrain", "--layers").AssertRefused(Tool.WrongUsage, "--layers needs a value");

    [Fact]
    public void A_value_of_the_wrong_kind_says_what_is_expected() =>
        Outcome.Of("pretrain", "--data", "x.txt", "--layers", "many").AssertRefused(Tool.WrongUsage, "--layers", "\"many\"", "an integer from 1");

    [Fact]
    public void A_value_out_of_range_says_the_range() =>
        Outcome.Of("generate", "somewhere", "--top-p", "2").AssertRefused(Tool.WrongUsage, "--top-p", "\"2\"", "a number from 0 to 1");

    [Theory]
    [InlineData("generate m --draft-tokens 3", "--draft-tokens", "without --draft")]
    [InlineData("generate m --lookup 3 --draft-tokens 3", "--draft-tokens", "without --draft")]
    [InlineData("chat m --draft-tokens 3", "--draft-tokens", "without --draft")]
    [InlineData("generate m --beams 2 --lookup 3", "--lookup", "with --beams")]
    [InlineData("generate m --beams 2 --draft m", "--draft", "with --beams")]
    [InlineData("generate m --beams 2 --temperature 1", "--temperature", "with --beams")]
    [InlineData("generate m --beams 2 --count 3", "--count", "above the number of --beams")]
    [InlineData("generate m --ids 1,2 --prompt a", "--prompt", "with --ids")]
    [InlineData("generate m --ids 1,2 --json", "--json", "with --ids")]
    [InlineData("evaluate m --tasks world --concurrency 2", "--concurrency", "without --endpoint")]
    [InlineData("evaluate --endpoint http://x --model-name x --tasks world --at-once 2", "--at-once", "with --endpoint")]
    [InlineData("evaluate m --tasks world --strategies cot --top-p 0.9", "--top-p", "vote:N or best:N")]
    [InlineData("perplexity m f --tokens - --json", "--json", "with --tokens -")]
    [InlineData("hallucinations m --questions q.jsonl --world 2", "--world", "with --questions")]
    [InlineData("score f --references f --stem", "--stem", "without rouge")]
    [InlineData("score f --references f --smooth-value 1", "--smooth-value", "without --smooth floor")]
    [InlineData("score f --references f --metrics chrf++ --word-order 1", "--word-order", "without chrf in")]
    [InlineData("score f --references f --trials 10", "--trials", "with one file")]
    [InlineData("bench --context 1024", "--context", "without context in --suite")]
    public void An_option_that_changes_nothing_is_refused(string line, string option, string why) =>
        Outcome.Of(line.Split(' ')).AssertRefused(Tool.WrongUsage, $"{option} has no effect", why);

    [Fact]
    public void A_missing_argument_is_named() => Outcome.Of("tokenizer", "decode").AssertRefused(Tool.WrongUsage, "TOKENIZER");

    [Fact]
    public void What_is_no_token_id_is_named() => Outcome.WithInput("1 two", "tokenizer", "decode", "nowhere").AssertRefused(Tool.WrongUsage, "two");
}
