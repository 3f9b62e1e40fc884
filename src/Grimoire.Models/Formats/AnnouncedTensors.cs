using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>Tensors about to be written, as if they were in a file already.</summary>
internal sealed class AnnouncedTensors(IReadOnlyList<StoredTensor> tensors) : TensorFiles
{
    private readonly Dictionary<string, StoredTensor> byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string Path => "the new file";

    /// <inheritdoc/>
    public override string Config => "its config";

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Names => byName.Keys;

    /// <inheritdoc/>
    public override IEnumerable<TensorEntry> Entries => tensors.Select(tensor =>
        new TensorEntry(tensor.Name, tensor.Type.ToString(), Sizes(tensor.Shape), Offset: 0, tensor.Bytes));

    /// <inheritdoc/>
    public override Tensor Tensor(string name) => byName[name].Values();

    /// <inheritdoc/>
    public override string PathOf(string name) => Path;

    private static long[] Sizes(Shape shape) => [.. Enumerable.Range(0, shape.Rank).Select(axis => (long)shape[axis])];
}
