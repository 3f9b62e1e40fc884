using System.Globalization;
using System.Numerics;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Reasoning;

public class CalculatorTests
{
    [Theory]
    [InlineData("48/2", "24")]
    [InlineData("7 + 5 ", "12")]
    [InlineData("12 - 5 - 1", "6")]
    [InlineData("2 + 3 * 4", "14")]
    [InlineData("(2 + 3) * 4", "20")]
    [InlineData("0.1 + 0.2", "0.3")]
    [InlineData("10/4", "2.5")]
    [InlineData("10/3", "3.3333333333")]
    [InlineData("2/3", "0.6666666667")]
    [InlineData("-2/3 - 0", "-0.6666666667")]
    [InlineData("1,234 + 1", "1235")]
    [InlineData("$5.50*2", "11")]
    [InlineData("200*15%", "30")]
    [InlineData("3×4÷2", "6")]
    [InlineData("5 − 8", "-3")]
    [InlineData("-(2 + 3)*2", "-10")]
    [InlineData("99999999999999999999 + 1", "100000000000000000000")]
    [InlineData("0.00000000001 - 0.00000000002", "0")]
    [InlineData("5", null)]
    [InlineData("-5", null)]
    [InlineData("5/0", null)]
    [InlineData("5/(3-3)", null)]
    [InlineData("2 +", null)]
    [InlineData("2 + x", null)]
    [InlineData("(2 + 3", null)]
    [InlineData("2 3 + 1", null)]
    [InlineData("1,23 + 1", null)]
    [InlineData("", null)]
    public void Sums_are_exact(string expression, string? value) => Assert.Equal(value, Arithmetic.Evaluate(expression));

    [Fact]
    public void Deep_and_long_expressions_are_refused_and_do_no_harm()
    {
        Assert.Null(Arithmetic.Evaluate(new string('(', 150)));
        Assert.Null(Arithmetic.Evaluate(new string('-', 150) + "1"));
        Assert.Null(Arithmetic.Evaluate(string.Join('+', Enumerable.Repeat("1", 500))));
    }

    /// <summary>Random trees of whole numbers, valued while they are written.</summary>
    [Fact]
    public void Random_expressions_have_the_value_of_their_tree()
    {
        for (ulong seed = 0; seed < 300; seed++)
        {
            int draw = 0;
            (string text, BigInteger value) = Tree(4);
            if (Arithmetic.Evaluate(text) is { } found)
                Assert.Equal(value.ToString(CultureInfo.InvariantCulture), found);
            else
                Assert.DoesNotContain(text, letter => "+-*".Contains(letter, StringComparison.Ordinal));

            int Below(int count) => (int)CountedRandom.Below(count, seed, (ulong)draw++);

            (string, BigInteger) Tree(int deep)
            {
                if (deep == 0 || Below(4) == 0)
                {
                    int number = Below(1000);
                    return ($"{number}", number);
                }

                (string a, BigInteger x) = Tree(deep - 1);
                (string b, BigInteger y) = Tree(deep - 1);
                return Below(3) switch { 0 => ($"({a} + {b})", x + y), 1 => ($"({a}-({b}))", x - y), _ => ($"({a}) * ({b})", x * y) };
            }
        }
    }

    [Theory]
    [InlineData("He has 48/2", "=24")]
    [InlineData("He has <<48/2", "=24>>")]
    [InlineData("<<48/2=24>> and then 7 + 5 ", "= 12")]
    [InlineData("7 + 5 = 12, write 2, carry 1. 4 + 8 + 1 ", "= 13")]
    [InlineData("borrow 1, 12 - 5 ", "= 7")]
    [InlineData("So 47 + 85 ", "= 132")]
    [InlineData("it is 1,000 * 3 ", "= 3000")]
    [InlineData("12 = 5 + 8 ", "= 13")]
    [InlineData("x * 2 + 3 ", "=")]
    [InlineData("2^3 + 1 ", "=")]
    [InlineData("B2 + 3 ", "=")]
    [InlineData("v1.5 + 3 ", "=")]
    [InlineData("the answer ", "=")]
    [InlineData("x ", "=")]
    [InlineData("<<x + 1", "=")]
    [InlineData("", "=")]
    public void The_result_stands_where_the_model_would_write_it(string text, string behind) => Assert.Equal(behind, Calculator.Continue(text));
}
