using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire quickstart</c>: a model raised on the generated world, with no data at hand.</summary>
internal static class QuickstartCommand
{
    private const int Documents = 20_000, HeldOut = 500;
    private static readonly string[] Overridable = ["minutes", "steps", "seed"];

    private sealed record Choices
    {
        public string Run { get; init; } = Path.Combine("runs", "quickstart");

        public bool Fresh { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("run", "the run folder", Text("a path"), (Choices c) => c.Run, (c, v) => c with { Run = v }),
            Setting.Of("fresh", "delete the run that is there and begin anew", Flag, (Choices c) => c.Fresh, (c, v) => c with { Fresh = v }),
        ];
    }

    public static Verb Create()
    {
        Options<Choices>? choices = null;
        Options<PretrainRecipe>? settings = null;
        Verb verb = new("quickstart", "Raise a small model in five minutes, with no data at hand.", "grimoire quickstart",
            "grimoire quickstart --fresh --minutes 1")
        {
            Detail = "Writes a small generated language world, trains a tokenizer and a model on it, and tells how to talk to it. Ctrl-C saves a checkpoint; " +
                "the same command goes on from it.",
            Run = (parse, terminal) => Run(parse, terminal, choices!.Read(parse, new Choices()), settings!),
        };
        choices = new Options<Choices>(verb, Choices.Settings, new Choices());
        settings = new Options<PretrainRecipe>(verb, PretrainRecipe.Settings.Where(setting => Overridable.Contains(setting.Key)), Recipes.Read("quickstart"));
        return verb;
    }

    private static int Run(ParseResult parse, Terminal terminal, Choices choices, Options<PretrainRecipe> settings)
    {
        if (choices.Fresh)
            Delete(choices.Run);
        string train = Path.Combine(choices.Run, "text", "train.jsonl"), validation = Path.Combine(choices.Run, "text", "validation.jsonl");
        if (!File.Exists(train) || !File.Exists(validation))
        {
            Waiting.While(terminal, "writing a small world", () =>
            {
                var world = new World(seed: 1);
                Write(train, world.Pretraining(Split.Train).Take(Documents));
                Write(validation, world.Pretraining(Split.Validation).Take(HeldOut));
                return true;
            });
        }

        PretrainRecipe start = Recipes.Read("quickstart");
        start = start with { Data = start.Data with { Paths = [train], Validation = validation } };
        List<(string Key, string Value)> values = [.. settings.Given(parse)];
        if (Device.Threads(parse) is { } threads)
            values.Add(("threads", threads.ToString(CultureInfo.InvariantCulture)));
        settings.Read(parse, start);
        string[] command = [.. parse.Tokens.Select(token => token.Value).Where(word => word != "--fresh")];
        return TrainingSession.Run(terminal, PretrainRecipe.Load(path: null, values, start), choices.Run, command, "Begin anew with --fresh.");
    }

    /// <summary>Deletes a run, and nothing that is no run or is at work.</summary>
    private static void Delete(string folder)
    {
        if (!Training.Runs.Run.Exists(folder))
            return;
        if (Training.Runs.Run.ReadInfo(folder).Status == RunStatus.Running)
            throw new GrimoireException($"{folder}: another process is at work on this run; stop it first.");
        Directory.Delete(folder, recursive: true);
    }

    private static void Write(string path, IEnumerable<string> documents) => AtomicFile.Write(path, stream =>
    {
        foreach (string text in documents)
        {
            using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                json.WriteStartObject();
                json.WriteString("text", text);
                json.WriteEndObject();
            }

            stream.WriteByte((byte)'\n');
        }
    });
}
