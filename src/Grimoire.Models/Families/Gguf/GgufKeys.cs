using System.Globalization;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>The keys of one architecture in a file's metadata, and the tensors that say something about the model by being there.</summary>
internal sealed class GgufKeys(GgufMetadata metadata, TensorFiles files, string architecture)
{
    /// <summary>The key's full name.</summary>
    public string Full(string key) => $"{architecture}.{key}";

    /// <summary>Whether the key is there.</summary>
    public bool Has(string key) => metadata.Has(Full(key));

    /// <summary>Whether there is a tensor.</summary>
    public bool HasTensor(string name) => files.Names.Contains(name);

    /// <summary>The rows of a matrix.</summary>
    public int Rows(string name)
    {
        TensorEntry entry = files.Entries.FirstOrDefault(entry => entry.Name == name)
            ?? throw new GrimoireException($"{files.Path}: weight {name} is missing.");
        return entry.Shape.Count == 2 && entry.Shape[0] <= int.MaxValue
            ? (int)entry.Shape[0]
            : throw new GrimoireException($"{files.PathOf(name)}: weight {name} of shape [{string.Join(", ", entry.Shape)}] is no matrix that can be used.");
    }

    /// <summary>A small list of numbers stored as a tensor, or null.</summary>
    public ValueList<double>? Numbers(string name)
    {
        if (!HasTensor(name))
            return null;
        Tensor tensor = files.Tensor(name);
        if (tensor.Shape.Rank != 1 || tensor.DType != DType.F32)
            throw new GrimoireException($"{files.PathOf(name)}: tensor {name} is {tensor}; a list in F32 is expected.");
        return ValueList.Of<double>([.. tensor.ToArray<float>().Select(Shortest)]);
    }

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>; of a list for each layer all must be the same.</summary>
    public int Int(string key, int? fallback = null, int least = 1, int most = int.MaxValue)
    {
        int[] numbers = metadata.Value(Full(key)) is { Type: GgufType.Array } ? metadata.Ints(Full(key))! : [metadata.Int(Full(key), fallback)];
        if (numbers.Length == 0 || numbers.Any(number => number != numbers[0]))
            throw Refusal(key, "layers that differ are not supported");
        return numbers[0] >= least && numbers[0] <= most ? numbers[0]
            : throw Refusal(key, most == int.MaxValue ? $"a number of at least {least} is expected" : $"a number from {least} to {most} is expected");
    }

    /// <summary>
    /// A number above zero. Files hold single precision; what is meant is the shortest number that rounds to it, as 0.1 rather than 0.10000000149.
    /// </summary>
    public double Real(string key, double? fallback = null)
    {
        double number = metadata.Number(Full(key), fallback);
        if (number <= 0)
            throw Refusal(key, "a number above 0 is expected");
        return Has(key) ? Shortest((float)number) : number;
    }

    /// <summary>True or false.</summary>
    public bool Flag(string key, bool fallback) => metadata.Flag(Full(key), fallback);

    /// <summary>A text.</summary>
    public string Text(string key, string fallback) => metadata.Text(Full(key), fallback);

    /// <summary>Whether a key holds a list.</summary>
    public bool IsList(string key) => metadata.Value(Full(key)) is { Type: GgufType.Array };

    /// <summary>A list of truths; null where there is none.</summary>
    public bool[]? Flags(string key) => metadata.Flags(Full(key));

    /// <summary>Refuses every value but one, which may be left out.</summary>
    public void Demand(string key, double value)
    {
        if (metadata.Number(Full(key), value) != value)
            throw Refusal(key, "this variant of the architecture is not supported");
    }

    /// <summary>An error about a key.</summary>
    public GrimoireException Refusal(string key, string why) => metadata.Refusal(Full(key), why);

    private static double Shortest(float number) => double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}

/// <summary>The keys of one architecture as they are put into metadata.</summary>
internal sealed class GgufKeysWriter(IDictionary<string, GgufValue> metadata, string architecture)
{
    /// <summary>Puts a size.</summary>
    public void Add(string key, int number) => metadata[$"{architecture}.{key}"] = GgufValue.Of((uint)number);

    /// <summary>Puts a number, in single precision as the format's readers want it.</summary>
    public void Add(string key, double number) => metadata[$"{architecture}.{key}"] = GgufValue.Of((float)number);

    /// <summary>Puts a text.</summary>
    public void Add(string key, string text) => metadata[$"{architecture}.{key}"] = GgufValue.Of(text);

    /// <summary>Puts true or false.</summary>
    public void Add(string key, bool flag) => metadata[$"{architecture}.{key}"] = GgufValue.Of(flag);

    /// <summary>Puts a list of truths.</summary>
    public void Add(string key, ReadOnlySpan<bool> flags) => metadata[$"{architecture}.{key}"] = GgufValue.Of(flags);
}
