using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Tensors;
using Grimoire.Training;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire reward score</c>: the scores of answers or of pairs, as lines of JSON.</summary>
internal static class RewardScoreCommand
{
    private const int RowsAtOnce = 64;
    private const ExampleKinds Scored = ExampleKinds.Preference | ExampleKinds.Labelled | ExampleKinds.Completion | ExampleKinds.Conversation;
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private sealed record Choices
    {
        public string Data { get; init; } = "-";

        public string? Template { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("data", "rows with prompt and completion, with messages, or with prompt, chosen and rejected; - reads standard input",
                Text("a .jsonl file"), (Choices c) => c.Data, (c, v) => c with { Data = v }),
            Setting.Of("template", "how a conversation is written; else as the model says", ConversationFormat,
                (Choices c) => c.Template, (c, v) => c with { Template = v }),
        ];
    }

    public static Verb Create()
    {
        var model = new Argument<string>("REWARD_MODEL") { Description = "a reward model's folder or the run that raised it" };
        Options<Choices>? options = null;
        Func<ParseResult, Opening>? opening = null;
        Verb verb = new("score", "Score answers or pairs of them: each row comes back with its rewards.",
            "grimoire reward score runs/my-model-reward --data answers.jsonl > scored.jsonl",
            """echo '{"prompt": "Hello!", "completion": "Hi."}' | grimoire reward score my-reward-model""")
        {
            Detail = "A row with one answer gets a column reward; a pair gets chosen_reward, rejected_reward and preference, " +
                "the probability that the first is preferred. Rewards of answers to one prompt can be compared; their height alone means nothing.",
            Run = (parse, terminal) => Run(terminal, parse.GetRequiredValue(model), options!.Read(parse, new Choices()), opening!(parse)),
        };
        verb.Add(model);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        opening = Opening.For(verb);
        return verb;
    }

    private static int Run(Terminal terminal, string path, Choices choices, Opening opening)
    {
        path = ModelPath.Find(path);
        RewardModel model = Waiting.While(terminal, "opening the model", () => opening.Reward(path));
        var encoder = new ExampleEncoder(model.Model.Tokenizer, ChatFormat.Of(model.Model, choices.Template), model.Model.Config.Context);
        var workspace = new Workspace(opening.Kernels);
        var differences = new List<double>();
        string source = choices.Data == "-" ? "standard input" : choices.Data;
        int rows = 0;
        foreach ((string Line, Example Row)[] some in Rows(terminal, choices.Data, source).Chunk(RowsAtOnce))
        {
            terminal.Stop.ThrowIfCancellationRequested();
            int[][][] sides = [.. some.Select(row => Sides(encoder, row.Row))];
            double[] scores = model.Scores([.. sides.SelectMany(side => side)], workspace);
            int at = 0;
            for (int i = 0; i < some.Length; at += sides[i].Length, i++)
                Write(terminal, some[i].Line, scores.AsSpan(at, sides[i].Length), differences);
            rows += some.Length;
        }

        if (rows == 0)
            throw new GrimoireException($"{source}: there is no row to score.");
        Tell(terminal, differences);
        return Tool.Success;
    }

    private static IEnumerable<(string Line, Example Row)> Rows(Terminal terminal, string data, string source)
    {
        if (data != "-" && !File.Exists(data))
        {
            string what = Directory.Exists(data) ? "this is a folder" : "there is no such file";
            throw new GrimoireException($"{data}: {what}; give a .jsonl file, or rows on standard input.");
        }

        long number = 0;
        foreach (string line in data == "-" ? Lines(terminal.In) : File.ReadLines(data))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
                yield return (line, ExampleFiles.ReadRow(line, source, number, Scored));
        }
    }

    private static IEnumerable<string> Lines(TextReader input)
    {
        while (input.ReadLine() is { } line)
            yield return line;
    }

    private static int[][] Sides(ExampleEncoder encoder, Example row)
    {
        if (row is not PreferenceExample pair)
            return [RewardPair.Answered(encoder.Encode(row))];
        var both = RewardPair.Of(encoder, pair);
        return [both.Chosen, both.Rejected];
    }

    private static void Write(Terminal terminal, string line, ReadOnlySpan<double> scores, List<double> differences)
    {
        JsonObject row = JsonNode.Parse(line)!.AsObject();
        if (scores.Length == 1)
        {
            row["reward"] = scores[0];
        }
        else
        {
            (row["chosen_reward"], row["rejected_reward"], row["preference"]) = (scores[0], scores[1], BradleyTerry.Preference(scores[0], scores[1]));
            differences.Add(scores[0] - scores[1]);
        }

        terminal.Out.WriteLine(row.ToJsonString(Readable));
    }

    /// <summary>What pairs come to, beside the rows and not among them.</summary>
    private static void Tell(Terminal terminal, List<double> differences)
    {
        if (differences.Count == 0)
            return;
        PairReliability found = PairReliability.Of(differences);
        terminal.Error.WriteLine(
            $"{found.Pairs} pairs: the preferred answer has the higher reward in {Numbers.Percent(found.Accuracy)} " +
            $"± {Numbers.Fixed(100 * found.AccuracyError, 1)}, −ln σ(Δr) {Numbers.Fixed(found.Loss, 4)}, Brier {Numbers.Fixed(found.Brier, 4)}, " +
            $"calibration error {Numbers.Fixed(found.CalibrationError, 4)}.");
    }
}
