using Grimoire.Models;

namespace Grimoire.Runner.Tests;

public sealed class SessionTests : IDisposable
{
    private readonly LanguageModel model = TinyModel.Create();
    private readonly StringWriter output = new();
    private readonly Interruption interruption = new();

    [Fact]
    public void A_prompt_is_continued_as_the_library_does()
    {
        RunnerOptions options = new() { Temperature = 0.9, Seed = 3, MaxTokens = 12 };
        string library = model.Generate("once", new GenerationOptions { MaxTokens = 12, Sampling = new SamplingOptions { Temperature = 0.9, Seed = 3 } }).Text;
        Assert.Equal("once" + library + Environment.NewLine, Said(options, "", "once"));
    }

    [Fact]
    public void Line_after_line_is_answered_until_the_input_ends()
    {
        RunnerOptions options = new() { Temperature = 0, MaxTokens = 5 };
        Assert.Equal(Said(options, "", "ab") + Said(options, "", "cd"), Said(options, "ab\ncd\n", null));
    }

    [Fact]
    public void A_dash_reads_the_prompt_from_the_input()
    {
        RunnerOptions options = new() { Temperature = 0, MaxTokens = 5 };
        Assert.Equal(Said(options, "", "ab"), Said(options, "ab\n", "-"));
    }

    [Fact]
    public void A_text_may_grow_longer_than_the_context() =>
        Assert.InRange(Said(new RunnerOptions { MaxTokens = 100, Temperature = 0 }, "", "once").Length, 2 * model.Config.Context, 200);

    [Fact]
    public void Who_types_is_greeted_and_asked()
    {
        string said = Said(new RunnerOptions { MaxTokens = 1 }, "", null, typed: true);
        Assert.StartsWith("Begin a text and the model goes on", said, StringComparison.Ordinal);
        Assert.EndsWith("> ", said, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_answer_ends_and_the_next_is_given()
    {
        RunnerOptions options = new() { Temperature = 0, MaxTokens = 5 };
        var interrupting = new InterruptingWriter(output, interruption, after: 3);
        Assert.False(interruption.TryInterrupt());
        var surroundings = new Surroundings(new StringReader("a\n"), interrupting, output, interruption);
        new Session(Talk.With(model, options with { MaxTokens = 1000 }), surroundings).Run(null);
        Assert.InRange(output.ToString().Length, 3, 6);
        Assert.False(interruption.TryInterrupt());
        Assert.Equal(6 + Environment.NewLine.Length, Said(options, "", "b").Length);
    }

    public void Dispose() => interruption.Dispose();

    private string Said(RunnerOptions options, string input, string? prompt, bool typed = false)
    {
        output.GetStringBuilder().Clear();
        var surroundings = new Surroundings(new StringReader(input), output, output, interruption) { IsTyped = typed };
        new Session(Talk.With(model, options), surroundings).Run(prompt);
        return output.ToString();
    }

    /// <summary>Presses Ctrl-C after some pieces of text.</summary>
    private sealed class InterruptingWriter(TextWriter inner, Interruption interruption, int after) : StringWriter
    {
        private int pieces;

        public override void Write(string? value)
        {
            inner.Write(value);
            if (++pieces == after)
                Assert.True(interruption.TryInterrupt());
        }
    }
}
