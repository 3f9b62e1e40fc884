using System.Security.Cryptography;
using System.Text;

namespace Grimoire.Training.Recipes;

/// <summary>
/// Tells one model's files from another's without reading all of them: names, sizes, and the beginning and the end of each, where headers and some weights lie.
/// </summary>
internal static class ModelKey
{
    private const int Sample = 1 << 20;

    /// <summary>The key of a model folder or file.</summary>
    public static string Of(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] files = File.Exists(path) ? [path] : [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)];
        foreach (string file in files)
        {
            using FileStream stream = File.OpenRead(file);
            hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{Path.GetFileName(file)} {stream.Length}\n")));
            Append(hash, stream, 0);
            Append(hash, stream, Math.Max(0, stream.Length - Sample));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, FileStream stream, long from)
    {
        byte[] bytes = new byte[Math.Min(Sample, stream.Length - from)];
        stream.Seek(from, SeekOrigin.Begin);
        stream.ReadExactly(bytes);
        hash.AppendData(bytes);
    }
}
