namespace Grimoire.Models.Chat.Jinja;

/// <summary>Names and their values; what is not here is looked for outside.</summary>
internal sealed class Scope
{
    /// <summary>The name under which a block's output goes through the filters of the block; no template can spell it.</summary>
    public const string Captured = "\0captured";

    private readonly Scope? outer;
    private Dictionary<string, Value>? names;

    public Scope(Execution run) => Run = run;

    public Scope(Scope outer) => (this.outer, Run) = (outer, outer.Run);

    public Execution Run { get; }

    public Value? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.outer)
        {
            if (scope.names is not null && scope.names.TryGetValue(name, out Value? value))
                return value;
        }

        return null;
    }

    public void Set(string name, Value value) => (names ??= new(StringComparer.Ordinal))[name] = value;
}
