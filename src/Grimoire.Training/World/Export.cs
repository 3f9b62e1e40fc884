using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Grimoire.Training.Worlds;

/// <summary>The world as files that any trainer reads: text, JSON lines with the usual column names, and CoNLL columns.</summary>
internal static class Export
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(World world, string folder, int documents)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(documents, 10);
        Lines(folder, "facts.jsonl", world.Facts.All.Where(fact => fact.Value is not null), (json, fact) =>
        {
            json.WriteString("subject", fact.Subject);
            json.WriteString("attribute", fact.Attribute);
            json.WriteString("value", fact.Value);
        });
        Lines(folder, "documents.jsonl", world.Documents, (json, document) =>
        {
            json.WriteString("id", document.Id);
            json.WriteString("title", document.Title);
            json.WriteString("text", document.Text);
        });
        foreach (var split in Enum.GetValues<Split>()) WriteSplit(world, folder, split, split == Split.Train ? documents : documents / 10);
    }

    private static void WriteSplit(World world, string folder, Split split, int count)
    {
        var name = split.ToString().ToLowerInvariant();
        var (half, tenth) = (Math.Max(1, count / 2), Math.Max(1, count / 10));
        Text(folder, $"pretrain.{name}.txt", world.Pretraining(split).Take(count).Select(text => text + "\n"));
        Lines(folder, $"pretrain.{name}.jsonl", world.Pretraining(split).Take(count), (json, text) => json.WriteString("text", text));
        Lines(folder, $"questions.{name}.jsonl", world.Questions(split).Take(half), WriteExercise);
        Lines(folder, $"sums.{name}.jsonl", world.Sums(split).Take(half), WriteExercise);
        Lines(folder, $"instructions.{name}.jsonl", world.Instructions(split).Take(half), WriteExercise);
        Lines(folder, $"requests.{name}.jsonl", world.Requests(split).Take(tenth), WriteExercise);
        Lines(folder, $"chat.{name}.jsonl", world.Dialogues(split).Take(half), WriteMessages);
        Lines(folder, $"preferences.{name}.jsonl", world.Preferences(split).Take(half), WritePreference);
        Lines(folder, $"queries.{name}.jsonl", world.Queries(split).Take(tenth), WriteQuery);
        Text(folder, $"tags.{name}.conll", world.Tagged(split).Take(half).Select(Columns));
    }

    private static void WriteExercise(Utf8JsonWriter json, Exercise exercise)
    {
        json.WriteString("prompt", exercise.Prompt);
        json.WriteString("completion", exercise.Answer);
        json.WriteString("skill", exercise.Skill.ToString());
    }

    private static void WriteMessages(Utf8JsonWriter json, IReadOnlyList<Message> messages)
    {
        json.WriteStartArray("messages");
        foreach (var message in messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role);
            json.WriteString("content", message.Content);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WritePreference(Utf8JsonWriter json, Preference preference)
    {
        json.WriteString("prompt", preference.Exercise.Prompt);
        json.WriteString("chosen", preference.Chosen);
        json.WriteString("rejected", preference.Rejected);
        json.WriteString("flaw", preference.Flaw.ToString());
    }

    private static void WriteQuery(Utf8JsonWriter json, Query query)
    {
        json.WriteString("query", query.Exercise.Prompt);
        json.WriteString("answer", query.Exercise.Answer);
        json.WriteStartArray("relevant");
        foreach (var id in query.Relevant) json.WriteStringValue(id);
        json.WriteEndArray();
    }

    /// <summary>A word, its part of speech and its entity label on each line; an empty line ends the sentence.</summary>
    private static string Columns(IReadOnlyList<Word> sentence) => string.Concat(sentence.Select(word => $"{word.Form}\t{word.Tag}\t{word.Entity}\n"));

    private static void Text(string folder, string file, IEnumerable<string> blocks) => AtomicFile.Write(Path.Combine(folder, file), stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        foreach (var block in blocks) writer.Write(block + "\n");
    });

    private static void Lines<T>(string folder, string file, IEnumerable<T> items, Action<Utf8JsonWriter, T> write) => AtomicFile.Write(Path.Combine(folder, file), stream =>
    {
        using var json = new Utf8JsonWriter(stream, Readable);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
            json.Flush();
            json.Reset();
            stream.WriteByte((byte)'\n');
        }
    });
}
