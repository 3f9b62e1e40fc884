using Grimoire.Cli.Bench;

namespace Grimoire.Cli.Tests.Bench;

public sealed class PeerTests
{
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["model"] = "/models/a model.gguf",
        ["threads"] = "2",
        ["prompt"] = "128,512",
        ["decode"] = "64",
        ["shape"] = "6 6 384 256 8 65",
    };

    [Fact]
    public void Llama_benchs_array_is_read_with_whatever_is_printed_around_it()
    {
        const string output = """
            load_backend: loaded CPU [zen4] {fast}
            [
              { "build_commit": "de3ff81", "n_threads": 2, "n_prompt": 128, "n_gen": 0, "n_depth": 0, "avg_ts": 193.25, "samples_ts": [ 193.25 ] },
              { "n_prompt": 512, "n_gen": 0, "avg_ts": 185.5 },
              { "n_prompt": 0, "n_gen": 64, "avg_ts": 54.7 },
              { "n_prompt": 0, "n_gen": 64, "n_depth": 8192, "avg_ts": 30 },
              { "n_prompt": 16, "n_gen": 16, "avg_ts": 3 },
              { "n_prompt": 0, "n_gen": 64, "n_seqs": 16, "avg_ts": 240 }
            ]
            """;
        IReadOnlyDictionary<PeerKey, double> read = PeerOutput.Parse(output, "llama-bench");
        Assert.Equal(4, read.Count);
        Assert.Equal(193.25, read[new PeerKey(Prompt: 128)]);
        Assert.Equal(185.5, read[new PeerKey(Prompt: 512)]);
        Assert.Equal(54.7, read[new PeerKey(Decodes: true)]);
        Assert.Equal(240, read[new PeerKey(Decodes: true, Sequences: 16)]);
    }

    [Fact]
    public void Lines_of_objects_and_a_training_steps_object_are_read()
    {
        const string output = "{\"n_prompt\": 8, \"n_gen\": 0, \"avg_ts\": 5}\n{\"ms\": 640.0, \"tokens_s\": 3199.5, \"torch\": \"1.13\"}\n";
        IReadOnlyDictionary<PeerKey, double> read = PeerOutput.Parse(output, "peer");
        Assert.Equal(5, read[new PeerKey(Prompt: 8)]);
        Assert.Equal(3199.5, read[new PeerKey(Trains: true)]);
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("usage: llama-bench [options]", "usage: llama-bench")]
    [InlineData("[1, 2, {\"n_prompt\": 5}]", "n_prompt")]
    [InlineData("{\"tokens_s\": \"fast\"}", "fast")]
    [InlineData("[[[[{", "[[[[{")]
    public void Output_without_figures_is_refused_and_shown(string output, string shown)
    {
        string message = Assert.Throws<GrimoireException>(() => PeerOutput.Parse(output, "my peer")).Message;
        Assert.Contains("my peer", message, StringComparison.Ordinal);
        Assert.Contains("avg_ts", message, StringComparison.Ordinal);
        Assert.Contains(shown, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"tokens_s\": 0}")]
    [InlineData("{\"tokens_s\": -3}")]
    [InlineData("{\"tokens_s\": 1e999}")]
    public void What_is_no_speed_is_refused(string output) =>
        Assert.Contains("no speed", Assert.Throws<GrimoireException>(() => PeerOutput.Parse(output, "peer")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a  b\tc", new[] { "a", "b", "c" })]
    [InlineData("'a b' \"c 'd'\" e''f", new[] { "a b", "c 'd'", "ef" })]
    [InlineData("run ''", new[] { "run", "" })]
    public void A_command_line_is_split_as_a_shell_would(string command, string[] words) => Assert.Equal(words, Peer.Split(command));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("run 'this")]
    public void A_command_line_that_is_none_is_refused(string command) => Assert.Throws<UsageException>(() => new Peer(command));

    [Fact]
    public void What_is_measured_takes_the_places_in_the_command_line()
    {
        Assert.Equal(
            ["speed", "/models/a model.gguf", "--threads=2", "--prompt", "128,512"],
            new Peer("speed {model} --threads={threads} --prompt {prompt}").Fill(Values));
        Assert.Equal(["train.py", "6", "6", "384", "256", "8", "65"], new Peer("train.py {shape}").Fill(Values));
        string message = Assert.Throws<GrimoireException>(() => new Peer("speed {modell}").Fill(Values)).Message;
        Assert.Contains("{modell}", message, StringComparison.Ordinal);
        Assert.Contains("{model}", message, StringComparison.Ordinal);
    }
}
