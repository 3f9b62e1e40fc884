namespace Grimoire.Runner.Tests;

public sealed class ProgramTests : IDisposable
{
    private readonly Scratch scratch = new();
    private readonly StringWriter output = new(), error = new();
    private readonly Interruption interruption = new();

    [Fact]
    public void The_help_needs_no_model()
    {
        Assert.Equal(0, Run("--help"));
        Assert.Contains("tale.gguf", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_option_is_one_sentence()
    {
        Assert.Equal(1, Run("--colour"));
        Assert.Equal("there is no option --colour; see --help." + Environment.NewLine, error.ToString());
    }

    [Fact]
    public void A_missing_model_is_one_sentence()
    {
        Assert.Equal(1, Run("--prompt", "x"));
        Assert.Contains("there is no model; put a .gguf file beside the program.", error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        scratch.Dispose();
        interruption.Dispose();
    }

    private int Run(params string[] args) =>
        Program.Run(args, scratch["tale"], new Surroundings(TextReader.Null, output, error, interruption));
}
