using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Chat.Jinja;

/// <summary>Where a value goes: the left side of <c>set</c>, the names of a loop.</summary>
internal abstract class Target
{
    public abstract void Assign(Value value, Scope scope);
}

internal sealed class NameTarget(string name) : Target
{
    public override void Assign(Value value, Scope scope) => scope.Set(name, value);
}

/// <summary><c>set space.name</c>; only a namespace can be changed.</summary>
internal sealed class AttributeTarget(Place place, string subject, string name) : Target
{
    public override void Assign(Value value, Scope scope)
    {
        scope.Run.Place = place;
        if (scope.Find(subject) is not Namespace space)
            throw scope.Run.Error($"{subject.Quoted()} is no namespace, so that nothing can be set in it");
        space.Attributes[name] = value;
    }
}

internal sealed class TupleTarget(IReadOnlyList<Target> targets) : Target
{
    public override void Assign(Value value, Scope scope)
    {
        IReadOnlyList<Value> items = Iteration.Items(value, scope.Run);
        if (items.Count != targets.Count)
            throw scope.Run.Error($"{targets.Count} values are expected to unpack, not {items.Count}");
        for (int i = 0; i < items.Count; i++)
            targets[i].Assign(items[i], scope);
    }
}
