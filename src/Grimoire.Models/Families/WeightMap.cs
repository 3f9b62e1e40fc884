using System.Globalization;

namespace Grimoire.Models;

/// <summary>
/// What a family's files call the weights: pairs of a module here and a module there, <c>#</c> standing for the layer. A weight is a module
/// with <c>.weight</c> or <c>.bias</c>.
/// </summary>
/// <param name="Prefix">What a full checkpoint puts before every name but the head's, and a bare one leaves out, as in <c>model.</c>.</param>
/// <param name="Modules">The pairs.</param>
/// <param name="Ignored">Names of buffers that hold no weight.</param>
internal sealed record WeightMap(string Prefix, IReadOnlyList<ModuleName> Modules, IReadOnlyList<string> Ignored)
{
    /// <summary>The place of one of our weights in the files: its full name there and how it is laid out.</summary>
    public (string Name, ModuleName Module) Find(string ours)
    {
        (string module, string suffix) = Split(ours);
        (string pattern, string layer) = Pattern(module);
        ModuleName found = Modules.First(m => m.Ours == pattern);
        return (found.Theirs.Replace("#", layer, StringComparison.Ordinal) + suffix, found);
    }

    /// <summary>A name of the files without the prefix.</summary>
    public string Bare(string theirs) => theirs.StartsWith(Prefix, StringComparison.Ordinal) ? theirs[Prefix.Length..] : theirs;

    /// <summary>Whether a name of the files, bare, is a buffer to be left alone.</summary>
    public bool Ignores(string bare) => Ignored.Contains(Pattern(bare).Pattern);

    /// <summary><c>x.weight</c> and <c>x.bias</c> are split; <c>embed.tokens</c> is a module that is its weight.</summary>
    private static (string Module, string Suffix) Split(string name)
    {
        int dot = name.LastIndexOf('.');
        return name[dot..] is ".weight" or ".bias" ? (name[..dot], name[dot..]) : (name, ".weight");
    }

    /// <summary>The first number between dots becomes #.</summary>
    private static (string Pattern, string Layer) Pattern(string name)
    {
        string[] parts = name.Split('.');
        int at = Array.FindIndex(parts, part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        if (at < 0)
            return (name, "");
        string layer = parts[at];
        parts[at] = "#";
        return (string.Join('.', parts), layer);
    }
}

/// <summary>One pair of names.</summary>
/// <param name="Ours">The module here, as in <c>blocks.#.attn.q</c>.</param>
/// <param name="Theirs">The module in the files, with the prefix.</param>
/// <param name="Transposed">Whether matrices are stored <c>[in, out]</c>, as GPT-2's Conv1D does.</param>
/// <param name="Part">Which part of the stored outputs this is, where several modules are stored as one.</param>
/// <param name="Parts">How many parts there are, all equal.</param>
internal sealed record ModuleName(string Ours, string Theirs, bool Transposed = false, int Part = 0, int Parts = 1);
