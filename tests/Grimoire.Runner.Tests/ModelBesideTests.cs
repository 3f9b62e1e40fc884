namespace Grimoire.Runner.Tests;

public sealed class ModelBesideTests : IDisposable
{
    private readonly Scratch scratch = new();

    [Fact]
    public void The_file_of_the_same_name_comes_first()
    {
        Put("tale.gguf", "other.gguf");
        Assert.Equal(scratch["tale.gguf"], ModelBeside.Find(scratch["tale"]));
        Assert.Equal(scratch["other.gguf"], ModelBeside.Find(scratch["other.exe"]));
    }

    [Fact]
    public void A_point_in_the_name_is_no_ending()
    {
        Put("llama-3.2.gguf", "llama-3.gguf");
        Assert.Equal(scratch["llama-3.2.gguf"], ModelBeside.Find(scratch["llama-3.2"]));
    }

    [Fact]
    public void A_renamed_program_finds_the_only_one()
    {
        Put("tale.gguf");
        Assert.Equal(scratch["tale.gguf"], ModelBeside.Find(scratch["renamed"]));
    }

    [Fact]
    public void None_and_several_are_refused()
    {
        Assert.Contains("there is no model", Refusal("tale"), StringComparison.Ordinal);
        Put("a.gguf", "b.gguf");
        Assert.Contains("there are 2 models; name one of them tale.gguf", Refusal("tale"), StringComparison.Ordinal);
    }

    public void Dispose() => scratch.Dispose();

    private void Put(params string[] names) => Array.ForEach(names, name => File.WriteAllText(scratch[name], ""));

    private string Refusal(string program) => Assert.Throws<GrimoireException>(() => ModelBeside.Find(scratch[program])).Message;
}
