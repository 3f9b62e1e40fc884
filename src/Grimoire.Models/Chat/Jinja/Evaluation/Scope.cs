namespace Grimoire.Models.Chat.Jinja;

/// <summary>Names and their values, few enough to be searched in a row; what is not here is looked for outside.</summary>
internal sealed class Scope
{
    /// <summary>The name under which a block's output goes through the filters of the block; no template can spell it.</summary>
    public const string Captured = "\0captured";

    private readonly Scope? outer;
    private (string Name, Value Value)[] names = [];
    private int count;

    public Scope(Execution run) => Run = run;

    public Scope(Scope outer) => (this.outer, Run) = (outer, outer.Run);

    public Execution Run { get; }

    public Value? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.outer)
        {
            int index = scope.IndexOf(name);
            if (index >= 0)
                return scope.names[index].Value;
        }

        return null;
    }

    public void Set(string name, Value value)
    {
        int index = IndexOf(name);
        if (index < 0)
        {
            if (count == names.Length)
                Array.Resize(ref names, Math.Max(4, 2 * count));
            index = count++;
        }

        names[index] = (name, value);
    }

    private int IndexOf(string name)
    {
        for (int i = 0; i < count; i++)
        {
            if (names[i].Name == name)
                return i;
        }

        return -1;
    }
}
