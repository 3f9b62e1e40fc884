using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Grimoire.Training.Worlds;

/// <summary>The world as files that any trainer reads: text, JSON lines with the usual column names, and CoNLL columns.</summary>
internal static class Export
{
    private const int LessonsPerText = 10;
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
        var name = Splits.Name(split);
        var (half, tenth) = (Math.Max(1, count / 2), Math.Max(1, count / 10));
        Text(folder, $"pretrain.{name}.txt", world.Pretraining(split).Take(count).Select(text => text + "\n"));
        Lines(folder, $"pretrain.{name}.jsonl", world.Pretraining(split).Take(count), (json, text) => json.WriteString("text", text));
        Exercises(folder, "questions", world.Questions(split), half);
        Exercises(folder, "sums", world.Sums(split), half);
        Exercises(folder, "instructions", world.Instructions(split), half);
        Exercises(folder, "requests", world.Requests(split), tenth);
        Lines(folder, $"chat.{name}.jsonl", world.Dialogues(split).Take(half), WriteMessages);
        Lines(folder, $"preferences.{name}.jsonl", Placed("preferences", world.Preferences(split), half), (json, row) => WritePreference(json, row.Item, row.Place));
        Lines(folder, $"sft.{name}.jsonl", WithText(world, split, count), (json, write) => write(json));
        Lines(folder, $"prompts.{name}.jsonl", world.Lessons(split).Where(lesson => lesson.Exercise is not null).Take(half), (json, lesson) =>
            WriteExercise(json, lesson.Exercise!, PlaceOf(world, lesson.Place!)));
        Lines(folder, $"queries.{name}.jsonl", world.Queries(split).Take(tenth), WriteQuery);
        Text(folder, $"tags.{name}.conll", world.Tagged(split).Take(half).Select(Columns));

        IEnumerable<(T Item, string? Place)> Placed<T>(string kind, Series<T> series, int length) =>
            series.Take(length).Select((item, index) => (item, PlaceOf(world, new(world.Seed, kind, split, index))));
        void Exercises(string folder, string kind, Series<Exercise> series, int length) =>
            Lines(folder, $"{kind}.{name}.jsonl", Placed(kind, series, length), (json, row) => WriteExercise(json, row.Item, row.Place));
    }

    /// <summary>How the exercise is found again, and with it its judge; a world of another size than the default has no name to be found by.</summary>
    private static string? PlaceOf(World world, ExercisePlace place) => world.Options == new WorldOptions() ? place.ToString() : null;

    private static void WriteExercise(Utf8JsonWriter json, Exercise exercise, string? place)
    {
        json.WriteString("prompt", exercise.Prompt);
        json.WriteString("completion", exercise.Answer);
        json.WriteString("skill", exercise.Skill.ToString());
        if (place is not null) json.WriteString("exercise", place);
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

    /// <summary>
    /// Lessons to learn from, and after every ten a plain text of pretraining: a model that hears lessons alone soon writes nothing else (docs/log.md). To be
    /// tested on, the lessons alone.
    /// </summary>
    private static IEnumerable<Action<Utf8JsonWriter>> WithText(World world, Split split, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var lesson = world.Lessons(split)[i];
            yield return json => WriteLesson(json, lesson, world);
            if (split != Split.Train || i % LessonsPerText != LessonsPerText - 1) continue;
            var text = world.Pretraining(split)[i / LessonsPerText];
            yield return json => json.WriteString("text", text);
        }
    }

    private static void WriteLesson(Utf8JsonWriter json, Lesson lesson, World world)
    {
        WriteMessages(json, lesson.Messages);
        if (lesson.Place is { } place && PlaceOf(world, place) is { } named) json.WriteString("exercise", named);
    }

    private static void WritePreference(Utf8JsonWriter json, Preference preference, string? place)
    {
        json.WriteString("prompt", preference.Exercise.Prompt);
        json.WriteString("chosen", preference.Chosen);
        json.WriteString("rejected", preference.Rejected);
        json.WriteString("flaw", preference.Flaw.ToString());
        if (place is not null) json.WriteString("exercise", place);
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
