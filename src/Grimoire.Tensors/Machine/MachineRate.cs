namespace Grimoire.Tensors;

/// <summary>How much of something was done a second.</summary>
/// <param name="Best">The sum of what each thread reached in its best moment: what the machine can do, however much else it is busy with.</param>
/// <param name="Sustained">The sum of what each thread reached on the whole: what there was to be had just then.</param>
public readonly record struct MachineRate(double Best, double Sustained);
