using System.Globalization;

namespace Grimoire.Models;

/// <summary>
/// What a family's files call the weights: pairs of a module here and a module there, <c>#</c> standing for the layer and, where there are two, for the expert.
/// A weight is a module with <c>.weight</c> or <c>.bias</c>.
/// </summary>
/// <param name="Prefixes">
/// What checkpoints put before every name but the head's, and bare ones leave out, as in <c>model.</c>; the longest that fits is taken off.
/// </param>
/// <param name="Modules">The pairs.</param>
/// <param name="Ignored">Bare names of tensors that are no weights of the model; <c>*</c> at the end stands for anything.</param>
internal sealed record WeightMap(IReadOnlyList<string> Prefixes, IReadOnlyList<ModuleName> Modules, IReadOnlyList<string> Ignored)
{
    /// <summary>The same names but for those of some modules, which replace or join the others.</summary>
    public WeightMap With(params IReadOnlyList<ModuleName> modules) =>
        this with { Modules = [.. Modules.Where(old => modules.All(module => module.Ours != old.Ours)), .. modules] };

    /// <summary>The place of one of our weights in the files.</summary>
    public WeightPlace Find(string ours)
    {
        (string module, string suffix) = Split(ours);
        (string pattern, string[] numbers) = Pattern(module);
        ModuleName found = Modules.First(m => m.Ours == pattern);
        int expert = numbers.Length > 1 ? int.Parse(numbers[1], CultureInfo.InvariantCulture) : 0;
        return new WeightPlace(Filled(found.Theirs, numbers) + suffix, found, expert);
    }

    /// <summary>A name of the files without the prefix; the words of TensorFlow's norms, which old checkpoints have, in today's.</summary>
    public string Bare(string theirs)
    {
        string? prefix = Prefixes.Where(prefix => theirs.StartsWith(prefix, StringComparison.Ordinal)).MaxBy(prefix => prefix.Length);
        string bare = prefix is null ? theirs : theirs[prefix.Length..];
        return bare.EndsWith(".gamma", StringComparison.Ordinal) ? $"{bare.AsSpan(..^6)}.weight"
            : bare.EndsWith(".beta", StringComparison.Ordinal) ? $"{bare.AsSpan(..^5)}.bias" : bare;
    }

    /// <summary>Whether a name of the files, bare, is no weight and to be left alone.</summary>
    public bool Ignores(string bare)
    {
        string pattern = Pattern(bare).Pattern;
        return Ignored.Any(ignored => ignored.EndsWith('*') ? bare.StartsWith(ignored[..^1], StringComparison.Ordinal) : ignored == pattern);
    }

    /// <summary><c>x.weight</c> and <c>x.bias</c> are split; <c>embed.tokens</c> is a module that is its weight.</summary>
    private static (string Module, string Suffix) Split(string name)
    {
        int dot = name.LastIndexOf('.');
        return name[dot..] is ".weight" or ".bias" ? (name[..dot], name[dot..]) : (name, ".weight");
    }

    /// <summary>Numbers between dots become #.</summary>
    private static (string Pattern, string[] Numbers) Pattern(string name)
    {
        string[] parts = name.Split('.');
        bool IsNumber(string part) => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return (string.Join('.', parts.Select(part => IsNumber(part) ? "#" : part)), [.. parts.Where(IsNumber)]);
    }

    private static string Filled(string pattern, string[] numbers)
    {
        string[] parts = pattern.Split('#');
        return string.Concat(parts.Select((part, i) => i < parts.Length - 1 ? part + numbers[i] : part));
    }
}

/// <summary>Where one of our weights is in the files.</summary>
/// <param name="Name">The full name there.</param>
/// <param name="Module">How it is laid out.</param>
/// <param name="Expert">Which expert's it is; 0 for any other.</param>
internal readonly record struct WeightPlace(string Name, ModuleName Module, int Expert)
{
    /// <summary>Where it stands among the weights that are stored as one.</summary>
    public long Order(ModelConfig config) => ((long)Expert << 32) + (Module.Rows?.Invoke(config).Start ?? 0);
}
