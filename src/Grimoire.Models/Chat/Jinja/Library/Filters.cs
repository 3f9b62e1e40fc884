namespace Grimoire.Models.Chat.Jinja;

/// <summary>The filters by name.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Function> All = new(
        [.. TextFilters.All, .. SequenceFilters.All, .. NumberFilters.All, .. SelectionFilters.All], StringComparer.Ordinal);

    public static Function? Find(string name) => All.GetValueOrDefault(name);
}
