using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>The pairs of a reward stage: those it learns from, and those held out.</summary>
/// <param name="Train">Learned from.</param>
/// <param name="Validation">Held out.</param>
/// <param name="Skipped">Rows passed over: bad ones, and pairs that are too long.</param>
/// <param name="Faults">What was wrong with some of them.</param>
/// <param name="Key">A hash of all of it.</param>
public sealed record RewardData(
    IReadOnlyList<RewardPair> Train, IReadOnlyList<RewardPair> Validation, int Skipped, IReadOnlyList<string> Faults, string Key)
{
    /// <summary>Reads, divides and encodes.</summary>
    /// <param name="files">Files of preferences.</param>
    /// <param name="heldOut">Files of held-out ones; none for a share of the others.</param>
    /// <param name="share">That share.</param>
    /// <param name="skipBad">Whether to pass over bad rows.</param>
    /// <param name="encoder">Writes them as the model reads them.</param>
    /// <exception cref="GrimoireException">A file or a row is bad, or nothing is left to learn from or to measure.</exception>
    public static RewardData Read(IReadOnlyList<string> files, IReadOnlyList<string> heldOut, double share, bool skipBad, ExampleEncoder encoder)
    {
        ExampleFiles read = ExampleFiles.Read(files, ExampleKinds.Preference, skipBad);
        ExampleFiles? apart = heldOut.Count > 0 ? ExampleFiles.Read(heldOut, ExampleKinds.Preference, skipBad) : null;
        IEnumerable<PreferenceExample> all = read.Examples.Cast<PreferenceExample>();
        var faults = new List<string>([.. read.Faults, .. apart?.Faults ?? []]);
        int skipped = read.Skipped + (apart?.Skipped ?? 0);
        RewardPair[] train = Encode(all.Where(pair => apart is not null || !IsHeldOut(pair, share)));
        RewardPair[] validation = Encode(apart?.Examples.Cast<PreferenceExample>() ?? all.Where(pair => IsHeldOut(pair, share)));
        if (train.Length == 0)
            throw new GrimoireException($"{string.Join(", ", files)}: no pair is left to learn from; give more data, or hold out less (--val-share).");
        if (validation.Length == 0)
            throw new GrimoireException($"{string.Join(", ", files)}: no pair is held out; give more data, a larger --val-share, or files with --val-data.");
        return new RewardData(train, validation, skipped, faults, $"{read.Key} {apart?.Key ?? share.ToString("R", CultureInfo.InvariantCulture)}");

        RewardPair[] Encode(IEnumerable<PreferenceExample> pairs)
        {
            var encoded = new List<RewardPair>();
            foreach (PreferenceExample pair in pairs)
            {
                try
                {
                    encoded.Add(RewardPair.Of(encoder, pair));
                }
                catch (GrimoireException e) when (skipBad)
                {
                    skipped++;
                    faults.Add(e.Message);
                }
            }

            return [.. encoded];
        }
    }

    /// <summary>Whether a prompt is held out: a hash of it decides, so that the same prompt always is or never, in whatever file it stands.</summary>
    public static bool IsHeldOut(PreferenceExample pair, double share)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(pair.Prompt.AsMessages("user").ToJsonString()));
        return BinaryPrimitives.ReadUInt32LittleEndian(hash) < share * 4294967296.0;
    }
}
