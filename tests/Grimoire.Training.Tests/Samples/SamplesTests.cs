using System.Diagnostics;
using System.IO.Compression;
using Grimoire.Tests;

namespace Grimoire.Training.Tests.Samples;

/// <summary>The samples as a newcomer runs them: each ends with 0 only if what it shows came true.</summary>
public sealed class SamplesTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("WeightedSum", "The hidden weights were found.")]
    [InlineData("Xor", "right about 0 of 4, the network about 4 of 4.")]
    [InlineData("Chat", "It remembered 4 of 4 names")]
    [InlineData("Grpo", "gives 10 of 10 right.")]
    [InlineData("Names", "Names it would give:")]
    [InlineData("Sorting", "5000 of 5000 sorted.", "1", "600")]
    public void A_sample_keeps_its_promise(string sample, string promise, params string[] arguments)
    {
        (int exit, string said, string complained) = Run(sample, arguments);
        Assert.True(exit == 0, said + complained);
        Assert.Contains(promise, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Counted_bigrams_give_the_known_loss()
    {
        string? names = Shared.Path("data/lm-names/names.txt");
        Assert.SkipWhen(names is null, "needs ../shared/data/lm-names/names.txt");
        (int exit, string said, _) = Run("Names", names);
        Assert.Equal(0, exit);
        Assert.Contains("228,146 bigrams", said, StringComparison.Ordinal);
        Assert.Contains("2.45401 nats", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("absent", "cannot be read")]
    [InlineData("text", "does not begin as an idx file")]
    [InlineData("cut", "ends before the elements")]
    [InlineData("boast", "more elements than the file can hold")]
    [InlineData("boast, packed", "more elements than the file can hold")]
    [InlineData("no gzip", "cannot be read")]
    [InlineData("overlong", "goes on after the 4 elements")]
    [InlineData("unequal", "1 train images and 2 labels")]
    [InlineData("eleven", "label is 11")]
    public void A_damaged_picture_file_is_one_sentence(string fault, string complaint)
    {
        byte[] images = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4], labels = [0, 0, 8, 1, 0, 0, 0, 1, 7];
        byte[] boast = [0, 0, 8, 3, 0x3F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1, 0, 0, 0, 1];
        (string name, byte[] damaged) = fault switch
        {
            "text" => ("", "these are not pictures"u8.ToArray()),
            "cut" => ("", images[..^1]),
            "boast" => ("", boast),
            "boast, packed" => (".gz", Packed(boast)),
            "no gzip" => (".gz", images),
            "overlong" => ("", [.. images, 5]),
            _ => ("", images),
        };
        if (fault != "absent")
            scratch.Write("train-images-idx3-ubyte" + name, damaged);
        scratch.Write("train-labels-idx1-ubyte", fault switch
        {
            "unequal" => [0, 0, 8, 1, 0, 0, 0, 2, 7, 7],
            "eleven" => [.. labels[..^1], 11],
            _ => labels,
        });

        (int exit, string said, string complained) = Run("Digits", scratch.Folder);
        Assert.Equal((1, ""), (exit, said));
        Assert.Contains(complaint, complained, StringComparison.Ordinal);
        Assert.Single(complained.TrimEnd().Split('\n'));
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var packer = new GZipStream(memory, CompressionMode.Compress))
            packer.Write(bytes);
        return memory.ToArray();
    }

    /// <summary>Runs a sample that was built with these tests, in their configuration.</summary>
    private static (int Exit, string Said, string Complained) Run(string sample, params string[] arguments)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        DirectoryInfo configuration = framework.Parent!, repository = configuration.Parent!.Parent!.Parent!.Parent!;
        string program = Path.Combine(repository.FullName, "samples", sample, "bin", configuration.Name, framework.Name, $"{sample}.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> complained = process.StandardError.ReadToEndAsync();
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said, complained.Result);
    }
}
