using Grimoire.Models.Adapters;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>One projection of all experts: rows that are sorted by expert, each through its own layer.</summary>
internal sealed class ExpertLinears(IReadOnlyList<Linear> experts)
{
    private readonly Tensor[] weights = [.. experts.Select(expert => expert.Weight)];
    private LowRankExperts[] adapters = [];

    /// <summary>The experts' layers.</summary>
    public IReadOnlyList<Linear> Experts => experts;

    /// <summary><c>[row, in]</c> → <c>[row, out]</c>, the first counts[0] rows through the first expert and so on.</summary>
    public Tensor Forward(Tensor rows, Tensor counts, Pass pass)
    {
        Tensor y = Ops.GroupedLinear(rows, weights, counts);
        foreach (LowRankExperts adapter in adapters)
        {
            if (adapter.Owner.Enabled)
                y = adapter.Forward(y, rows, counts, pass);
        }

        return y;
    }

    public void Attach(LowRankExperts adapter) => adapters = [.. adapters, adapter];

    public void Detach(Adapter adapter) => adapters = [.. adapters.Where(other => other.Owner != adapter)];
}
