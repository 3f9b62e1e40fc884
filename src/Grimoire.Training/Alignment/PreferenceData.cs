using System.Security.Cryptography;
using System.Text;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>A row of preferences as token sequences.</summary>
/// <param name="Source">The row.</param>
/// <param name="Answers">The better and the worse answer of a pair, or a single one that has a label.</param>
public sealed record PreferenceRow(Example Source, IReadOnlyList<EncodedExample> Answers)
{
    /// <summary>Token ids of the prompt.</summary>
    public int[] Prompt => Answers[0].Ids[..Answers[0].PromptLength];
}

/// <summary>Preferences from files, some of them held out.</summary>
public sealed class PreferenceData
{
    private const int FaultsKept = 5;
    private readonly List<string> faults = [];

    private PreferenceData(string key) => Key = key;

    /// <summary>To learn from.</summary>
    public IReadOnlyList<PreferenceRow> Train { get; private set; } = [];

    /// <summary>To measure with.</summary>
    public IReadOnlyList<PreferenceRow> HeldOut { get; private set; } = [];

    /// <summary>A hash of all rows.</summary>
    public string Key { get; }

    /// <summary>Bad rows passed over.</summary>
    public int Skipped { get; private set; }

    /// <summary>What was wrong with the first of them.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>Reads and encodes preferences.</summary>
    /// <param name="paths">Files.</param>
    /// <param name="heldOut">Files of held-out ones; none to hold out a share.</param>
    /// <param name="share">That share; a prompt with all its rows is held out or not, by a hash of it.</param>
    /// <param name="kinds">Pairs, labelled answers or both.</param>
    /// <param name="skipBad">Whether bad rows are passed over.</param>
    /// <param name="encoder">Writes conversations as the model reads them.</param>
    /// <exception cref="GrimoireException">A row is bad, or none is left.</exception>
    public static PreferenceData Read(
        IReadOnlyList<string> paths, IReadOnlyList<string> heldOut, double share, ExampleKinds kinds, bool skipBad, ExampleEncoder encoder)
    {
        ExampleFiles files = ExampleFiles.Read(paths, kinds, skipBad);
        ExampleFiles? others = heldOut.Count > 0 ? ExampleFiles.Read(heldOut, kinds, skipBad) : null;
        string key = others is null ? files.Key : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(files.Key + others.Key)));
        var data = new PreferenceData(key);
        data.Note(files);
        List<PreferenceRow> rows = data.Encode(files.Examples, encoder, skipBad);
        if (others is not null)
        {
            data.Note(others);
            (data.Train, data.HeldOut) = (rows, data.Encode(others.Examples, encoder, skipBad));
        }
        else
        {
            data.Train = [.. rows.Where(row => !IsHeldOut(row, share))];
            data.HeldOut = [.. rows.Where(row => IsHeldOut(row, share))];
        }

        string fault = data.faults.Count > 0 ? $"; the first fault: {data.faults[0]}" : "";
        return data.Train.Count > 0 ? data
            : throw new GrimoireException($"{string.Join(", ", paths)}: nothing is left to learn from{fault}; give more rows or a smaller --val-share.");
    }

    private static bool IsHeldOut(PreferenceRow row, double share)
    {
        ulong hash = 0;
        foreach (int id in row.Prompt)
            hash = CountedRandom.Bits(hash, (ulong)id);
        return hash < share * ulong.MaxValue;
    }

    private static (PreferenceRow? Row, string? Fault) Encode(Example example, ExampleEncoder encoder)
    {
        try
        {
            if (example is not PreferenceExample pair)
                return (new PreferenceRow(example, [encoder.Encode(example)]), null);
            (EncodedExample chosen, EncodedExample rejected) = encoder.EncodePair(pair);
            return (new PreferenceRow(example, [chosen, rejected]), null);
        }
        catch (GrimoireException e)
        {
            return (null, e.Message);
        }
    }

    /// <summary>The rows that can be encoded, in order; several are done at a time.</summary>
    private List<PreferenceRow> Encode(IReadOnlyList<Example> examples, ExampleEncoder encoder, bool skipBad)
    {
        var encoded = new (PreferenceRow? Row, string? Fault)[examples.Count];
        Parallel.For(0, encoded.Length, i => encoded[i] = Encode(examples[i], encoder));
        foreach (string fault in encoded.Select(row => row.Fault).OfType<string>())
        {
            if (!skipBad)
                throw new GrimoireException(fault);
            Note(1, fault);
        }

        return [.. encoded.Select(row => row.Row).OfType<PreferenceRow>()];
    }

    private void Note(ExampleFiles files) => Note(files.Skipped, [.. files.Faults]);

    private void Note(int skipped, params ReadOnlySpan<string> why)
    {
        Skipped += skipped;
        foreach (string fault in why)
        {
            if (faults.Count < FaultsKept)
                faults.Add(fault);
        }
    }
}
