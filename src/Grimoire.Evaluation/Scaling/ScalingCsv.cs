using System.Globalization;
using System.Text;

namespace Grimoire.Evaluation.Scaling;

/// <summary>Tables of trained models: comma-separated values with a row of headings, in which names may be quoted.</summary>
public static class ScalingCsv
{
    private const long LargestFile = 1 << 28;

    private static readonly (string Heading, Func<SweptRun, object> Value)[] Columns =
    [
        ("name", done => done.Run.Name), ("layers", done => done.Run.Size.Layers), ("channels", done => done.Run.Size.Channels),
        ("parameters", done => done.Run.Parameters), ("block_parameters", done => done.Run.BlockParameters), ("tokens", done => done.Run.Tokens),
        ("operations", done => done.Run.Operations), ("budget", done => done.Run.Budget), ("loss", done => done.Loss),
        ("bits_per_byte", done => done.BitsPerByte), ("lr", done => done.Run.Recipe.Optimizer.LearningRate),
        ("steps", done => done.Run.Recipe.Steps!.Value), ("seconds", done => done.Seconds),
    ];

    /// <summary>Writes the models of a sweep.</summary>
    /// <exception cref="GrimoireException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<SweptRun> runs)
    {
        var text = new StringBuilder().AppendJoin(',', Columns.Select(column => column.Heading)).Append('\n');
        foreach (SweptRun run in runs)
            text.AppendJoin(',', Columns.Select(column => Convert.ToString(column.Value(run), CultureInfo.InvariantCulture))).Append('\n');
        AtomicFile.WriteText(path, text.ToString());
    }

    /// <summary>Reads models from the columns that a recipe names; blank lines are passed over.</summary>
    /// <exception cref="GrimoireException">The file cannot be read, has not the columns, or a value is no number above 0; the message has its line.</exception>
    public static IReadOnlyList<ScalingPoint> Read(string path, FitRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        string[] lines = Lines(path);
        string[] headings = [.. Fields(lines[0]).Select(heading => heading.Trim())];
        int Column(string name) => Array.IndexOf(headings, name);
        int Needed(string name, string option) => Column(name) is >= 0 and var at ? at : throw new GrimoireException(
            $"{path}, line 1: there is no column \"{name}\", only {string.Join(", ", headings.Select(h => $"\"{h}\""))}; name it with {option}.");
        int size = Needed(recipe.Size, "--size-column"), loss = Needed(recipe.Loss, "--loss-column");
        int operations = Column(recipe.Operations), budget = Column(recipe.Budget);
        int tokens = operations >= 0 ? Column(recipe.Tokens) : Needed(recipe.Tokens, "--tokens-column, or the operations with --operations-column");
        return [.. lines.Index().Skip(1).Where(line => !string.IsNullOrWhiteSpace(line.Item)).Select(line =>
        {
            List<string> fields = Fields(line.Item);
            double? Value(int column) => column < 0 ? null
                : Positive(fields.ElementAtOrDefault(column) ?? "", headings[column], $"{path}, line {line.Index + 1}");
            double parameters = Value(size)!.Value, perToken = ScalingPoint.OperationsPerParameterAndToken * parameters;
            double seen = Value(tokens) ?? (Value(operations)!.Value / perToken);
            return new ScalingPoint(parameters, seen, Value(operations) ?? (perToken * seen), Value(loss)!.Value)
            {
                Budget = string.IsNullOrWhiteSpace(fields.ElementAtOrDefault(budget)) ? null : Value(budget),
            };
        })];
    }

    private static double Positive(string text, string heading, string place) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && value > 0
            ? value : throw new GrimoireException($"{place}: {heading} is \"{text}\"; expected a number above 0.");

    private static string[] Lines(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LargestFile })
                throw new GrimoireException($"{path}: too large for a table of trained models (256 MiB at most).");
            string[] lines = File.ReadAllLines(path);
            return lines.Length > 0 ? lines : throw new GrimoireException($"{path}: is empty; expected a row of headings and a row for each model.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>The fields of a line; within quotes a comma is part of the field and two quotes are one.</summary>
    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else if (line[i] != '"')
            {
                field.Append(line[i]);
            }
            else if (quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append(line[++i]);
            }
            else
            {
                quoted = !quoted;
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
