namespace Grimoire.Models.Tests.Generation;

public sealed class StopStringsTests
{
    [Theory]
    [InlineData("one two three", "two", "one ", true)]
    [InlineData("one two three", "four", "one two three", false)]
    [InlineData("aaab", "aab", "a", true)]
    [InlineData("ababac", "abac", "ab", true)]
    [InlineData("stop", "stop", "", true)]
    [InlineData("sto", "stop", "sto", false)]
    [InlineData("grüße 漢字 😀!", "字 😀", "grüße 漢", true)]
    [InlineData("a\r\nb\nc", "\n", "a\r", true)]
    public void However_the_text_is_cut_the_same_comes_through(string text, string stop, string expected, bool found)
    {
        for (int cuts = 0; cuts < 1 << Math.Min(text.Length - 1, 12); cuts++)
        {
            var stops = new StopStrings([stop, "never comes"]);
            string through = "";
            int start = 0;
            for (int end = 1; end <= text.Length && !stops.Found; end++)
            {
                if (end < text.Length && (cuts >> (end - 1) & 1) == 0)
                    continue;
                through += stops.Append(text[start..end]);
                start = end;

                // What has come through is never taken back, and never begins what is cut off.
                Assert.StartsWith(through, expected, StringComparison.Ordinal);
            }

            Assert.Equal(found, stops.Found);
            Assert.Equal(expected, through + stops.Flush());
        }
    }

    [Fact]
    public void The_first_of_several_stop_strings_counts()
    {
        var stops = new StopStrings(["three", "two", "wo th"]);
        Assert.Equal("one ", stops.Append("one two three"));
        Assert.True(stops.Found);
        Assert.Equal("", stops.Flush());
    }

    [Fact]
    public void Only_what_may_begin_a_stop_string_is_held_back()
    {
        var stops = new StopStrings(["</answer>", "\n\n"]);
        Assert.Equal("yes", stops.Append("yes"));
        Assert.Equal(" ", stops.Append(" </ans"));
        Assert.Equal("</ans, ", stops.Append(", <"[..2]));
        Assert.Equal("no", stops.Append("no\n"));
        Assert.Equal("\n.", stops.Append("."));
    }
}
