using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grimoire.Models.Chat;
using Grimoire.Training.Data;
using Grimoire.Training.Worlds;

namespace Grimoire.Evaluation.Tasks;

/// <summary>Reads the rows of a task: each a JSON object.</summary>
internal static class TaskRows
{
    /// <summary>The rows.</summary>
    /// <param name="data">Where they lie.</param>
    /// <param name="folder">The folder of data.</param>
    /// <param name="task">The task that wants them, for messages.</param>
    /// <exception cref="GrimoireException">The file is not there or not understood, or holds no row.</exception>
    public static IReadOnlyList<JsonObject> Read(TaskData data, string folder, string task)
    {
        List<JsonObject> rows = [.. data.World.Length > 0 ? OfWorld(data) : OfFile(data, Path(data, folder, task))];
        foreach (JsonObject row in rows)
            Divide(row, data.Lists, task);
        if (data.Where.Length > 0)
        {
            TextTemplate where = TextTemplate.Parse(data.Where);
            rows.RemoveAll(row => where.Render(Values(row)).Trim() is not ("true" or "True"));
        }

        return rows.Count > 0 ? rows
            : throw new GrimoireException($"task {task}: there is no row in " +
                $"{(data.World.Length > 0 ? "the world" : data.File)}{(data.Where.Length > 0 ? " that its \"where\" lets through" : "")}.");
    }

    /// <summary>What templates may ask for: the columns, the whole row as <c>row</c>, and whether a conversation is held as <c>chat</c>.</summary>
    public static JsonObject Values(JsonObject row, bool chat = false)
    {
        var values = (JsonObject)row.DeepClone();
        if (!values.ContainsKey("row"))
            values["row"] = row.DeepClone();
        values.TryAdd("chat", chat);
        return values;
    }

    /// <summary>The file under the folder of data, or right in it.</summary>
    public static string Path(TaskData data, string folder, string task)
    {
        string[] names = [data.File, System.IO.Path.GetFileName(data.File)];
        string[] places = [.. names.Concat(names.Where(name => name.EndsWith(".gz", StringComparison.Ordinal)).Select(name => name[..^3])).Select(name =>
            System.IO.Path.Combine(folder, name))];
        return places.FirstOrDefault(File.Exists) ?? throw new GrimoireException(
            $"task {task}: {places[0]} is not there{(data.Get.Length > 0 ? $" ({data.Get.TrimEnd('.')})" : "")}; " +
            "put it there, or say with --data where it lies.");
    }

    private static IEnumerable<JsonObject> OfFile(TaskData data, string file)
    {
        string name = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? file[..^3] : file;
        string format = data.Format.Length > 0 ? data.Format : System.IO.Path.GetExtension(name).TrimStart('.').ToLowerInvariant();
        return format switch
        {
            "csv" => CsvRows.Read(Text(file), file).Select(row => row.Row),
            "squad" => Squad(Parsed(file), file),
            "json" when data.Rows.Length > 0 => Members(Parsed(file), data.Rows, file),
            "json" or "jsonl" => RowReader.Read(file).Select(row => Parsed(row, file)),
            _ => throw new GrimoireException($"{file}: it cannot be told what this file is; say \"format\": jsonl, json, csv or squad in the task's data."),
        };
    }

    private static IEnumerable<JsonObject> OfWorld(TaskData data)
    {
        World world = World.Of(data.Seed);
        Split split = data.Split switch { "train" => Split.Train, "validation" => Split.Validation, _ => Split.Test };
        int count = data.World == "questions" ? Math.Min(data.Count, world.QuestionCount(split)) : data.Count;
        for (int index = 0; index < count; index++)
        {
            var place = new ExercisePlace(data.Seed, data.World, split, index);
            Exercise exercise = place.Exercise;
            yield return new JsonObject
            {
                ["prompt"] = exercise.Prompt,
                ["answer"] = exercise.Answer,
                ["skill"] = exercise.Skill.ToString(),
                ["exercise"] = place.ToString()
            };
        }
    }

    /// <summary>
    /// SQuAD's articles, paragraphs and questions as rows of a question, its paragraph and its answers (Rajpurkar et al. 2016, arXiv:1606.05250).
    /// </summary>
    private static IEnumerable<JsonObject> Squad(JsonNode? json, string file)
    {
        foreach (JsonObject article in Members(json, "data", file))
        {
            foreach (JsonObject paragraph in Members(article, "paragraphs", file))
            {
                foreach (JsonObject question in Members(paragraph, "qas", file))
                {
                    yield return new JsonObject
                    {
                        ["id"] = question["id"]?.DeepClone(),
                        ["title"] = article["title"]?.DeepClone(),
                        ["context"] = paragraph["context"]?.DeepClone(),
                        ["question"] = question["question"]?.DeepClone(),
                        ["answers"] = new JsonArray([.. Members(question, "answers", file).Select(answer => answer["text"]?.DeepClone())]),
                    };
                }
            }
        }
    }

    private static IEnumerable<JsonObject> Members(JsonNode? json, string path, string file)
    {
        foreach (string key in path.Split('.'))
            json = (json as JsonObject)?[key];
        if (json is not JsonArray list)
            throw new GrimoireException($"{file}: there is no list under \"{path}\".");
        return list.Select(item => item as JsonObject ?? throw new GrimoireException($"{file}: the list under \"{path}\" holds something that is no object."));
    }

    private static void Divide(JsonObject row, IReadOnlyDictionary<string, string> lists, string task)
    {
        foreach ((string column, string separator) in lists)
        {
            if (row[column] is not JsonValue value || !value.TryGetValue(out string? text))
                throw new GrimoireException($"task {task}: a row has no text in the column \"{column}\", which is to be divided.");
            row[column] = new JsonArray([.. text.Split(separator).Select(part => part.Trim()).Where(part => part.Length > 0).Select(part =>
                JsonValue.Create(part))]);
        }
    }

    private static string Text(string file)
    {
        using var stream = new DataStream(file);
        using var memory = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int got; (got = stream.Read(buffer)) > 0;)
            memory.Write(buffer, 0, got);
        try
        {
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(memory.GetBuffer(), 0, (int)memory.Length);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException e)
        {
            throw new GrimoireException($"{file}: not UTF-8 text; convert it.", e);
        }
    }

    private static JsonNode? Parsed(string file)
    {
        try
        {
            return JsonNode.Parse(Text(file));
        }
        catch (JsonException e)
        {
            throw new GrimoireException($"{file}, line {e.LineNumber + 1}: not valid JSON ({e.Message.Split(". ")[0].TrimEnd('.')}).", e);
        }
    }

    private static JsonObject Parsed(RawRow row, string file)
    {
        try
        {
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
            return JsonNode.Parse(row.Json.Span, documentOptions: options) as JsonObject
                ?? throw new GrimoireException($"{file}, line {row.Line}: a row is a JSON object, this is something else.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new GrimoireException($"{file}, line {row.Line}: not valid JSON ({e.Message.Split(". ")[0].TrimEnd('.')}).", e);
        }
    }
}
