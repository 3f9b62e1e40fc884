using Grimoire.Tensors;

namespace Grimoire.Models.Adapters;

/// <summary>LoRA on one projection of all experts of a mixture: rows sorted by expert go through two grouped layers.</summary>
internal sealed class LowRankExperts
{
    private readonly LowRank first;
    private readonly Tensor[] a, b;

    private LowRankExperts(LowRank[] experts)
    {
        first = experts[0];
        (a, b) = ([.. experts.Select(expert => expert.A)], [.. experts.Select(expert => expert.B)]);
    }

    /// <summary>The adapter it is a part of.</summary>
    public Adapter Owner => first.Owner;

    /// <summary>The first expert's layer.</summary>
    public string Layer => first.Layer;

    /// <summary>The parts of an adapter that belong to one projection of all experts; null if there are none.</summary>
    /// <exception cref="GrimoireException">Only some experts have one, they differ in rank, or the kind of adapter knows no experts.</exception>
    public static LowRankExperts? Of(Adapter adapter, ExpertLinears group, IReadOnlyList<LinearAdapter> layers)
    {
        HashSet<string> names = [.. group.Experts.Select(expert => expert.Name)];
        LinearAdapter[] found = [.. layers.Where(layer => names.Contains(layer.Layer))];
        if (found.Length == 0)
            return null;
        if (found.Length < names.Count)
            throw new GrimoireException($"adapter {adapter.Name}: it changes {found[0].Layer} but not the same layer of all experts; choose all or none.");
        LowRank[] experts = [.. found.OfType<LowRank>()];
        if (experts.Length < found.Length)
            throw new GrimoireException($"adapter {adapter.Name}: {found[0].Layer} is an expert's; experts are adapted by plain LoRA only.");
        if (experts.FirstOrDefault(expert => expert.A.Shape != experts[0].A.Shape || expert.Scale != experts[0].Scale) is { } other)
            throw new GrimoireException($"adapter {adapter.Name}: {other.Layer} and {experts[0].Layer} differ in rank or alpha; experts of a layer must not.");
        return new LowRankExperts(experts);
    }

    /// <summary>y + s · (x Aᵀ) Bᵀ, each row by its expert: y <c>[row, out]</c>, x <c>[row, in]</c>, counts <c>[expert]</c>.</summary>
    public Tensor Forward(Tensor y, Tensor x, Tensor counts, Pass pass) =>
        y + Ops.GroupedLinear(Ops.GroupedLinear(Owner.Dropped(x, pass), a, counts) * first.Scale, b, counts);
}
