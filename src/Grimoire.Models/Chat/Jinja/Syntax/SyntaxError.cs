namespace Grimoire.Models.Chat.Jinja;

/// <summary>What is wrong with a template as it is written.</summary>
internal static class SyntaxError
{
    public static GrimoireException At(Place place, string what) =>
        new($"the chat template is not understood at {place}: {what}; repair the template or use a built-in one.");
}
