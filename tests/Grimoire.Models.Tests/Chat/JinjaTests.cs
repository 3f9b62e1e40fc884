using System.Text.Json.Nodes;
using Grimoire.Models.Chat;

namespace Grimoire.Models.Tests.Chat;

/// <summary>The interpreter against Jinja2's own results, and its limits against templates that mean ill.</summary>
public sealed class JinjaTests
{
    [Theory]
    [InlineData("expressions")]
    [InlineData("statements")]
    public void Renders_what_Jinja2_renders_and_refuses_what_it_refuses(string part)
    {
        JsonNode golden = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden/chat/jinja.json")))![part]!;
        JsonObject variables = golden["variables"]!.AsObject();
        List<string> wrong = [];
        foreach (JsonNode? item in golden["cases"]!.AsArray())
        {
            string source = item![0]!.GetValue<string>();
            string? expected = item[1]?.GetValue<string>(), actual = Attempt(source, variables);
            if (actual != expected)
                wrong.Add($"{source}\n  expected {expected ?? "a refusal"}\n  and not  {actual ?? "a refusal"}");
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Theory]
    [InlineData("a\n  {% if true %}  \nb\n  {%- endif %}\n\nc\n", "a\n  \nb\nc")] // blanks before a tag and the line end after it go; the very last line end too
    [InlineData("{{ 1 }}\n{# remark #}\n{{ 2 }}", "1\n2")]
    [InlineData("x {%+ if true %}y{% endif +%}\nz", "x y\nz")]
    [InlineData("{{ '{%' }}{% raw %}{{ no }}{% endraw %}", "{%{{ no }}")]
    [InlineData("{% set a = 1 %}{% for i in [1, 2] %}{% set a = a + i %}{{ a }}{% endfor %}{{ a }}", "231")] // a loop keeps what it sets to itself
    [InlineData("{% set n = namespace(a=1) %}{% for i in [1, 2] %}{% set n.a = n.a + i %}{% endfor %}{{ n.a }}", "4")]
    [InlineData("{% macro m(a, b=2) %}{{ a }}{{ b }}{{ caller() if caller else '' }}{% endmacro %}{{ m(1) }} {% call m(b=4, a=3) %}!{% endcall %}", "12 34!")]
    [InlineData("{% for k, v in {'a': 1, 'b': none}.items() if v is none %}{{ loop.length }}{{ k }}{{ v }}{% else %}-{% endfor %}", "1bNone")]
    [InlineData("{% for i in range(9) %}{% if i == 1 %}{% continue %}{% elif i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "02")]
    [InlineData("{{ ('a' 'b')|upper ~ 1 + 2 ~ none }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 70 }}", "AB12None -4 2 3.5 1180591620717411303424")]
    [InlineData("{{ 1 < 2 < 3 }} {{ 'b' not in 'abc' }} {{ 1 == 1.0 == true }} {{ nothing }} {{ [1.0, 'it\\'s', (1,), {'k': true}] }}", "True False True  [1.0, \"it's\", (1,), {'k': True}]")]
    [InlineData("{{ 'añ𝄞b'|length }}{{ 'añ𝄞b'[2] }}{{ 'añ𝄞b'[::-1] }}{{ 'añ𝄞b'.find('b') }}", "4𝄞b𝄞ña3")]
    [InlineData("{{ {'ü': [1, 2.0, none], 'e': []}|tojson }}{{ {'a': [1]}|tojson(indent=1) }}", "{\"ü\": [1, 2.0, null], \"e\": []}{\n \"a\": [\n  1\n ]\n}")]
    [InlineData("{{ strftime_now('%d %b %Y, %H:%M') }}", "04 Jul 2026, 09:05")]
    public void Follows_Python_and_Hugging_Face(string source, string expected) => Assert.Equal(expected, Render(source));

    [Theory]
    [InlineData("a\n{{ x.y }}", "line 2, column 5: 'x' is undefined")]
    [InlineData("{% if x %}", "'if' has no 'endif'")]
    [InlineData("{{ 1 +", "a tag has no end '}}'")]
    [InlineData("\n\n{{ 'a' + 1 }}", "line 3, column 8: '+' does not go with a str and a int")]
    [InlineData("{{ 'x'|nonsense }}", "there is no filter 'nonsense'")]
    [InlineData("{% include 'x' %}", "'include' needs other files")]
    [InlineData("{{ raise_exception('Only user and assistant, please!') }}", "refuses these messages (line 1, column 19): Only user and assistant, please!")]
    public void Says_what_is_wrong_and_where(string source, string expected) =>
        Assert.Contains(expected, Assert.Throws<GrimoireException>(() => Render(source)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{{ range(1000000000) }}")]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% set n = namespace(s='xx') %}{% for i in range(64) %}{% set n.s = n.s + n.s %}{% endfor %}")]
    [InlineData("{{ 'x' * 1000000000000 }}")]
    [InlineData("{% set s = 'x' * 30000000 %}{% for i in range(100000) %}{{ 'y' in s or s.find('y') > 0 or s|length < 0 }}{% endfor %}")]
    [InlineData("{% set n = namespace(l=[]) %}{% for i in range(100000) %}{% set n.l = n.l + [('x' * 100000)|upper] %}{% endfor %}")]
    [InlineData("{{ ([0] * 100000)|map('string')|map('center', 100000)|list|length }}")]
    [InlineData("{{ 10 ** 10000 }}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% set n = namespace(l=[]) %}{% for i in range(100000) %}{% set n.l = [n.l] %}{% endfor %}{{ n.l }}")]
    [InlineData("{{ '%99999999d' % 1 }}")]
    public void Stops_templates_that_would_not_end_or_grow_too_far(string source) => Assert.Throws<GrimoireException>(() => Render(source));

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("-", "")]
    [InlineData("not ", "")]
    [InlineData("{1:", "}")]
    [InlineData("x[", "]")]
    [InlineData("1 if 1 else ", "")]
    public void Nests_only_so_deep(string open, string close)
    {
        Assert.Throws<GrimoireException>(() => Render("{{ " + string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000)) + " }}"));
        Assert.Throws<GrimoireException>(() => Render(string.Concat(Enumerable.Repeat("{% if 1 %}", 100_000)) + string.Concat(Enumerable.Repeat("{% endif %}", 100_000))));
    }

    [Fact]
    public void Reads_long_templates_in_time_that_grows_no_faster_than_they_do()
    {
        foreach (string part in new[] { "'a'", "|a.b", ".a", "+1", "{# #}", "{{ x }}", "{% raw %}", "{", "\"" })
            _ = Attempt("{{ 'a' " + string.Concat(Enumerable.Repeat(part, 200_000)), []);
    }

    [Theory]
    [InlineData("{{ ''.__class__ }}")]
    [InlineData("{{ messages.__class__.__mro__ }}")]
    [InlineData("{{ raise_exception.__globals__ }}")]
    [InlineData("{{ messages.append(1) }}")]
    [InlineData("{{ 1.GetType() }}")]
    public void There_is_no_way_out_of_the_data(string source)
    {
        string? text = Attempt(source, []);
        Assert.True(string.IsNullOrEmpty(text), text);
    }

    private static string? Attempt(string source, JsonObject variables)
    {
        try
        {
            return Render(source, variables);
        }
        catch (GrimoireException)
        {
            return null;
        }
    }

    private static string Render(string source, JsonObject? variables = null) =>
        ChatTemplate.Parse(source).WithClock(new StoppedClock()).Render([], variables: variables);

    private sealed class StoppedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 7, 4, 9, 5, 3, TimeSpan.Zero);
    }
}
