using Grimoire.Tensors;

namespace Grimoire.Models.Formats;

/// <summary>The stored tensors of a model as one set of names, whatever the format and in however many files.</summary>
internal abstract class TensorFiles
{
    /// <summary>The folder or file that was opened.</summary>
    public abstract string Path { get; }

    /// <summary>What says which weights a model has, for messages.</summary>
    public abstract string Config { get; }

    /// <summary>The names of all tensors.</summary>
    public abstract IReadOnlyCollection<string> Names { get; }

    /// <summary>All tensors as the heads of their files list them.</summary>
    public abstract IEnumerable<TensorEntry> Entries { get; }

    /// <summary>A tensor over its mapped file.</summary>
    /// <exception cref="GrimoireException">It has a type or shape that is not computed with.</exception>
    public abstract Tensor Tensor(string name);

    /// <summary>The file that holds a tensor.</summary>
    public abstract string PathOf(string name);
}
