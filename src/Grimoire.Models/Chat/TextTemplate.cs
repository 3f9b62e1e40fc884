using System.Text.Json.Nodes;
using Grimoire.Models.Chat.Jinja;
using Template = Grimoire.Models.Chat.Jinja.Template;

namespace Grimoire.Models.Chat;

/// <summary>
/// A text with places into which values are laid, in the dialect of chat templates: <c>Question: {{ question }}</c>. Rendering has no side effects and comes to
/// an end.
/// </summary>
public sealed class TextTemplate
{
    private readonly Template template;

    private TextTemplate(string source, Template template) => (Source, this.template) = (source, template);

    /// <summary>The template as it was written.</summary>
    public string Source { get; }

    /// <summary>Reads a template.</summary>
    /// <exception cref="GrimoireException">It is not understood.</exception>
    public static TextTemplate Parse(string source) => new(source, Template.Parse(source));

    /// <summary>Writes the template with values in it.</summary>
    /// <param name="values">The names that the template may ask for, and what they stand for.</param>
    /// <exception cref="GrimoireException">The template fails on the values or does not come to an end.</exception>
    public string Render(JsonObject values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return template.Render(values.Select(value => KeyValuePair.Create(value.Key, JsonValues.Of(value.Value, Mark.Data))), DateTimeOffset.UnixEpoch).Chars;
    }
}
