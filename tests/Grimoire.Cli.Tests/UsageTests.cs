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

    [Fact]
    public void A_missing_argument_is_named() => Outcome.Of("tokenizer", "decode").AssertRefused(Tool.WrongUsage, "TOKENIZER");

    [Fact]
    public void What_is_no_token_id_is_named() => Outcome.WithInput("1 two", "tokenizer", "decode", "nowhere").AssertRefused(Tool.WrongUsage, "two");
}
