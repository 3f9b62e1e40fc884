using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tasks;

/// <summary>Tables of a task or group by the parts of its examples and by its variants, with published figures beside where they are at hand.</summary>
internal static class TaskTables
{
    /// <summary>The tables of what was asked for.</summary>
    public static IEnumerable<DataTable> Of(TaskFile asked, ScoredTask[] tasks, string folder)
    {
        if (tasks.All(task => task.Task.By.Length == 0))
            yield break;
        var published = asked.Published is { } figures ? Published.Read(figures, folder, asked.Name) : null;
        TaskMetric[] metrics = [.. tasks[0].Task.Metrics.Where(metric => tasks.All(task => task.Task.Metrics.Contains(metric)))];
        string[] parts = [.. tasks.SelectMany(task => task.Examples).Select(example => example.Example.Part).Distinct().Order(StringComparer.Ordinal)];
        if (parts.Length > 1 || tasks.Length > 1)
        {
            yield return new DataTable($"{asked.Name} by part", [.. Heading("Part", metrics, published)],
                [.. parts.Select(part => Row(part, tasks, example => example.Part == part, metrics, published)),
                    Row("all", tasks, _ => true, metrics, published)]);
        }

        if (asked.Variants.Count > 0)
        {
            yield return new DataTable($"{asked.Name} by variant", [.. Heading("Variant", metrics, published)],
                [.. tasks.Select(task => Row(VariantOf(task.Task), [task], _ => true, metrics, published))]);
        }
    }

    private static string VariantOf(TaskFile task) => task.Name[(task.Name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static IEnumerable<string> Heading(string first, TaskMetric[] metrics, Published? published) =>
        [first, .. metrics.Select(metric => $">{metric.Name}"), .. published?.Columns.Select(column => $">{column}, published") ?? [], ">Examples"];

    /// <summary>The mean over tasks of their figures for some of their examples.</summary>
    private static IReadOnlyList<string> Row(string name, ScoredTask[] tasks, Func<TaskExample, bool> belongs, TaskMetric[] metrics, Published? published)
    {
        var own = tasks.Select(task => (Task: task, Examples: task.Examples.Where(example => belongs(example.Example)).ToArray())).Where(task =>
            task.Examples.Length > 0).ToArray();
        string[] variants = [.. own.Select(task => VariantOf(task.Task.Task))];
        return
        [
            name.Replace('_', ' '),
            .. metrics.Select(metric => Figure.Text(own.Average(task => TaskFigure.Of(metric).Value(task.Examples)))),
            .. published?.Columns.Select(column => published.Mean(variants, column) is { } mean ? Figure.Text(mean) : "") ?? [],
            own.Sum(task => task.Examples.Length).ToString("N0", CultureInfo.InvariantCulture),
        ];
    }

    /// <summary>Published figures by variant.</summary>
    private sealed record Published(IReadOnlyList<string> Columns, IReadOnlyDictionary<string, JsonObject> Rows)
    {
        /// <summary>The figures, or null where their file is not at hand.</summary>
        public static Published? Read(PublishedFigures figures, string folder, string task)
        {
            try
            {
                _ = TaskRows.Path(figures.Data, folder, task);
            }
            catch (GrimoireException)
            {
                return null;
            }

            var rows = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
            foreach (JsonObject row in TaskRows.Read(figures.Data, folder, task))
                rows[row[figures.Variant]?.ToString() ?? ""] = row;
            return new Published(figures.Columns, rows);
        }

        /// <summary>The mean over variants; null where one is not there.</summary>
        public double? Mean(string[] variants, string column)
        {
            double sum = 0;
            foreach (string variant in variants)
            {
                if (!Rows.TryGetValue(variant, out JsonObject? row) || row[column] is not JsonValue value || !value.TryGetValue(out double figure))
                    return null;
                sum += figure;
            }

            return sum / variants.Length;
        }
    }
}
