using System.CommandLine;
using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire world</c>: writes the generated language world as data files.</summary>
internal static class WorldCommand
{
    private sealed record Choices
    {
        public long Seed { get; init; } = 1;

        public int Documents { get; init; } = 20_000;

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("seed", "the same seed makes the same world", Integer(0), (Choices c) => c.Seed, (c, v) => c with { Seed = v }),
            Setting.Of("documents", "documents to train on; the other files follow in proportion", Count(10, 100_000_000),
                (Choices c) => c.Documents, (c, v) => c with { Documents = v }),
        ];
    }

    public static Verb Create()
    {
        var folder = new Argument<string>("FOLDER") { Description = "where to write; made if it is not there" };
        Options<Choices>? options = null;
        Verb verb = new("world", "Write a small generated language world as data files; score a model on it.", "grimoire world my-world",
            "grimoire world my-world --seed 7 --documents 100000")
        {
            Detail = "Stories, questions and answers, sums, instructions, dialogues, preferences, labelled sentences and documents that agree with one " +
                "hidden set of facts; split so that nothing tested is trained on.",
            Run = (parse, terminal) => Run(terminal, parse.GetRequiredValue(folder), options!.Read(parse, new Choices())),
        };
        verb.Add(folder);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        verb.Add(WorldScoreCommand.Create());
        return verb;
    }

    private static int Run(Terminal terminal, string folder, Choices choices)
    {
        Waiting.While(terminal, "writing the world", () =>
        {
            new World((ulong)choices.Seed).Write(folder, choices.Documents);
            return true;
        });
        Sheet.Facts(terminal, new DirectoryInfo(folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal).Select(
            file => (file.Name, Numbers.Bytes(file.Length))));
        return Tool.Success;
    }
}
