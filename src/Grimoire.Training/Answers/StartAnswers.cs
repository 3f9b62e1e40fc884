using System.Text.Encodings.Web;
using System.Text.Json;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Answers;

/// <summary>
/// The answers of the model that a run began with, kept beside it as JSON lines with <c>prompt</c>, <c>answer</c> and <c>reward</c>: what later answers are
/// compared with.
/// </summary>
internal static class StartAnswers
{
    private const string FileName = "answers.start.jsonl";
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The rewards: read from the run's folder, or made there for good.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="count">How many prompts there are.</param>
    /// <param name="make">Answers them with the model at the start and scores the answers.</param>
    public static double[] Rewards(string folder, int count, Func<(IReadOnlyList<Rollout> Answers, double[] Rewards)> make)
    {
        string path = Path.Combine(folder, FileName);
        // What lies there before the run has begun is of another attempt.
        if (Run.Exists(folder) && Read(path) is { } kept && kept.Length == count)
            return kept;
        (IReadOnlyList<Rollout> answers, double[] rewards) = make();
        AtomicFile.Write(path, stream =>
        {
            for (int i = 0; i < rewards.Length; i++)
                Write(stream, answers[i], rewards[i]);
        });
        return rewards;
    }

    private static void Write(Stream stream, Rollout answer, double reward)
    {
        using (var json = new Utf8JsonWriter(stream, Readable))
        {
            json.WriteStartObject();
            json.WriteString("prompt", answer.Prompt.Prompt.ToString());
            json.WriteString("answer", answer.Text);
            json.WriteNumber("reward", reward);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <summary>The rewards in a file; null where there is none or it is not whole.</summary>
    private static double[]? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return [.. File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("reward").GetDouble())];
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }
}
