using System.Text;
using System.Text.Json.Nodes;

namespace Grimoire.Evaluation.Tasks;

/// <summary>
/// Reads comma-separated values (RFC 4180): the first row names the columns; a field in quotes may hold commas, line breaks and doubled quotes.
/// </summary>
internal static class CsvRows
{
    /// <summary>The rows under the heading, and the line each begins on.</summary>
    /// <exception cref="GrimoireException">A row has other columns than the heading, or a quote is not closed.</exception>
    public static IEnumerable<(long Line, JsonObject Row)> Read(string text, string file)
    {
        List<string>? heading = null;
        foreach ((long line, List<string> fields) in Records(text, file))
        {
            if (heading is null)
            {
                heading = fields;
                if (heading.Distinct(StringComparer.Ordinal).Count() != heading.Count)
                    throw new GrimoireException($"{file}, line 1: two columns have the same name.");
                continue;
            }

            if (fields is [""])
                continue;
            if (fields.Count != heading.Count)
                throw new GrimoireException(
                    $"{file}, line {line}: {fields.Count} fields, but {heading.Count} columns; a field with commas in it stands in quotes.");
            yield return (line, new JsonObject(heading.Zip(fields, (name, value) => KeyValuePair.Create(name, (JsonNode?)JsonValue.Create(value)))));
        }
    }

    private static IEnumerable<(long Line, List<string> Fields)> Records(string text, string file)
    {
        List<string> fields = [];
        var field = new StringBuilder();
        long line = 1, begun = 1;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            line += c == '\n' ? 1 : 0;
            if (quoted)
            {
                bool doubled = c == '"' && i + 1 < text.Length && text[i + 1] == '"';
                quoted = c != '"' || doubled;
                i += doubled ? 1 : 0;
                if (quoted)
                    field.Append(c);
            }
            else if (c == '"' && field.Length == 0)
            {
                quoted = true;
            }
            else if (c is ',' or '\n')
            {
                fields.Add(Taken(field, c));
                if (c == ',')
                    continue;
                yield return (begun, fields);
                (fields, begun) = ([], line);
            }
            else
            {
                field.Append(c);
            }
        }

        if (quoted)
            throw new GrimoireException($"{file}, line {begun}: a quote is opened and not closed.");
        if (fields.Count > 0 || field.Length > 0)
        {
            fields.Add(Taken(field, '\n'));
            yield return (begun, fields);
        }
    }

    private static string Taken(StringBuilder field, char end)
    {
        if (end == '\n' && field.Length > 0 && field[^1] == '\r')
            field.Length--;
        string taken = field.ToString();
        field.Clear();
        return taken;
    }
}
