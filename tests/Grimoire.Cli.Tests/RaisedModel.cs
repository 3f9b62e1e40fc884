namespace Grimoire.Cli.Tests;

/// <summary>A tiny model, raised once by the tool itself, for all tests of what one can do with a model.</summary>
public sealed class RaisedModel : IDisposable
{
    private readonly Scratch scratch = new();

    public RaisedModel()
    {
        string data = scratch.Write("tale.txt", Tale.Of(6000));
        Command = Pretrain(data, Folder);
        Outcome = Outcome.Of(Command).AssertSucceeded();
    }

    /// <summary>The run folder.</summary>
    public string Folder => scratch["run"];

    /// <summary>The finished model.</summary>
    public string Model => Path.Combine(Folder, "model");

    internal string[] Command { get; }

    internal Outcome Outcome { get; }

    public void Dispose() => scratch.Dispose();

    /// <summary>A run of a second or less.</summary>
    internal static string[] Pretrain(string data, string run, int steps = 60, params string[] more) =>
    [
        "pretrain", "--data", data, "--run", run, "--tokenizer", "char", "--layers", "2", "--heads", "2", "--channels", "32", "--context", "32",
        "--batch", "4", "--steps", $"{steps}", "--eval-interval", "30", "--sample-interval", "30", "--sample-tokens", "20", "--threads", "1", .. more,
    ];

    /// <summary>A copy of the model, to be damaged.</summary>
    internal string CopyModel(Scratch into)
    {
        string copy = into["model"];
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.EnumerateFiles(Model))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }
}
