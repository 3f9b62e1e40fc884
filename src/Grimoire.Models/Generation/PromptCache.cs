using System.Runtime.InteropServices;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// Tokens a model has read, with their keys and values. Give the same one to generation after generation, as in a chat, and only what
/// differs from the tokens before is read.
/// </summary>
/// <param name="config">The model.</param>
/// <param name="type">How keys and values are kept: see <see cref="KeyValueCache"/>.</param>
public sealed class PromptCache(ModelConfig config, DType type = DType.F32)
{
    private readonly List<int> tokens = [];

    /// <summary>The tokens remembered.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(tokens);

    /// <summary>Bytes held.</summary>
    public long Bytes => KeyValues.Bytes;

    /// <summary>What a model that guesses ahead has read of the same text, or null.</summary>
    internal PromptCache? Draft { get; set; }

    internal ModelConfig Config { get; } = config;

    internal KeyValueCache KeyValues { get; } = new(config, type);

    /// <summary>Forgets everything, keeping the memory: to be done when the model's weights have changed.</summary>
    public void Clear()
    {
        KeyValues.Truncate(0);
        tokens.Clear();
        Draft?.Clear();
    }

    /// <summary>Becomes a copy of another cache of the same model and type, so that a prompt read once is continued in many ways.</summary>
    public void CopyFrom(PromptCache other)
    {
        ArgumentNullException.ThrowIfNull(other);
        KeyValues.CopyFrom(other.KeyValues);
        tokens.Clear();
        tokens.AddRange(other.Tokens);
    }

    /// <summary>
    /// Keeps what the remembered tokens and <paramref name="prompt"/> begin with alike, but never the prompt's last token: it has to be
    /// read for the model to say what follows. Returns how many tokens were kept.
    /// </summary>
    internal int Rewind(ReadOnlySpan<int> prompt)
    {
        // A pass that failed half-way may have left the two at different lengths.
        int common = Math.Min(Tokens[..Math.Min(tokens.Count, KeyValues.Length)].CommonPrefixLength(prompt), prompt.Length - 1);
        KeyValues.Truncate(common);
        tokens.RemoveRange(common, tokens.Count - common);
        return common;
    }

    /// <summary>Makes room, so that noting so many tokens in all allocates nothing.</summary>
    internal void Reserve(int count) => tokens.EnsureCapacity(count);

    /// <summary>Notes tokens that a pass has read.</summary>
    internal void Note(ReadOnlySpan<int> read) => tokens.AddRange(read);
}
