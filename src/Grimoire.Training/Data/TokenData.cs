using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Grimoire.Training.Data;

/// <summary>
/// A corpus as token ids on disk: <c>train-00000.bin</c>, <c>validation-00000.bin</c> …, the ends of the documents, and <c>shards.json</c>,
/// which says what they are and what they were made from. Built once, checked by hash on opening, built anew only when text, tokenizer or division changed.
/// </summary>
public sealed class TokenData : IDisposable
{
    private const long TokensPerShard = 100_000_000;

    private TokenData(string folder, ShardIndex index)
    {
        Folder = folder;
        Verify(folder, index);
        Train = new TokenStore(folder, index, index.Train);
        Validation = index.Validation is null ? null : new TokenStore(folder, index, index.Validation);
        TokenizerHash = index.Tokenizer;
        Key = index.Key;
    }

    /// <summary>Where the shards lie.</summary>
    public string Folder { get; }

    /// <summary>The training tokens.</summary>
    public TokenStore Train { get; }

    /// <summary>The held-out tokens; null where nothing is held out.</summary>
    public TokenStore? Validation { get; }

    /// <summary>The hash of the tokenizer the ids belong to.</summary>
    public string TokenizerHash { get; }

    /// <summary>A hash of everything the shards were made from: equal keys mean equal tokens.</summary>
    public string Key { get; }

    /// <summary>Opens shards built before.</summary>
    /// <exception cref="GrimoireException">There are none, or a file is damaged.</exception>
    public static TokenData Open(string folder) => new(folder, ShardIndex.Read(folder));

    /// <summary>Opens the shards of a corpus in <paramref name="folder"/>, building them first where they are missing, stale or damaged.</summary>
    /// <param name="folder">A folder of its own: what else lies in it is replaced.</param>
    /// <param name="corpus">The training text.</param>
    /// <param name="validation">The validation text, or null to hold out a part of the corpus.</param>
    /// <param name="encoder">The tokenizer.</param>
    /// <param name="split">How much to hold out.</param>
    /// <param name="progress">Told after each group of some four million characters.</param>
    /// <exception cref="GrimoireException">The text cannot be read or is bad, another process builds here, or the disk is full.</exception>
    public static TokenData Prepare(
        string folder, Corpus corpus, Corpus? validation, TextEncoder encoder, SplitSettings split, IProgress<EncodingProgress>? progress = null) =>
        Prepare(folder, corpus, validation, encoder, split, progress, TokensPerShard);

    /// <summary>The <see cref="Key"/> that preparing these texts would arrive at, with nothing built or replaced.</summary>
    internal static string KeyFor(string folder, Corpus corpus, Corpus? validation, TextEncoder encoder, SplitSettings split) =>
        KeyOf(Sources(corpus, validation, OldIndex(folder)), corpus, validation, encoder, split);

    internal static TokenData Prepare(
        string folder, Corpus corpus, Corpus? validation, TextEncoder encoder, SplitSettings split, IProgress<EncodingProgress>? progress, long tokensPerShard)
    {
        folder = Path.GetFullPath(folder);
        ShardIndex? old = OldIndex(folder);
        IReadOnlyList<SourceFile> sources = Sources(corpus, validation, old);
        string key = KeyOf(sources, corpus, validation, encoder, split);
        if (old?.Key == key)
        {
            try
            {
                return new TokenData(folder, old);
            }
            catch (GrimoireException)
            {
                // Damaged shards whose text is at hand are simply built again.
            }
        }

        try
        {
            Build(folder, corpus, validation, encoder, split, progress, tokensPerShard, (sources, key));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{folder}: token shards cannot be written ({e.Message.TrimEnd('.')}); free space or choose another folder.", e);
        }

        return Open(folder);
    }

    /// <summary>Lets go of the files.</summary>
    public void Dispose()
    {
        Train.Dispose();
        Validation?.Dispose();
    }

    private static void Build(
        string folder, Corpus corpus, Corpus? validation, TextEncoder encoder, SplitSettings split,
        IProgress<EncodingProgress>? progress, long tokensPerShard, (IReadOnlyList<SourceFile> Sources, string Key) from)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        using var only = new FileStream(folder + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        string beside = folder + ".building";
        Remove(beside);
        Directory.CreateDirectory(beside);

        CorpusSize size = corpus.Measure();
        long total = size.Bytes + (validation?.Measure().Bytes ?? 0), done = 0;
        void Report(int bytes, long tokens) => progress?.Report(new EncodingProgress(done += bytes, total, tokens));
        using (var builder = new ShardBuilder(beside, encoder, tokensPerShard))
        {
            builder.Add(corpus, pieces => validation is null ? Division.Divide(pieces, size, split) : pieces.Select(piece => (piece, false)), Report);
            if (validation is not null)
                builder.Add(validation, pieces => pieces.Select(piece => (piece, true)), Report);
            (SplitIndex? train, SplitIndex? heldOut) = builder.Finish();
            if (train is null)
                throw new GrimoireException($"{string.Join(", ", corpus.Files)}: too little text: nothing is left for training.");
            if (heldOut is null)
                File.Delete(Path.Combine(beside, "validation-documents.bin"));
            new ShardIndex(from.Key, encoder.Hash, encoder.VocabularySize, from.Sources, train, heldOut).Write(beside);
        }

        Remove(folder);
        Directory.Move(beside, folder);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>A damaged index counts as none: the shards are then built anew.</summary>
    private static ShardIndex? OldIndex(string folder)
    {
        try
        {
            return ShardIndex.TryRead(folder);
        }
        catch (GrimoireException)
        {
            return null;
        }
    }

    private static SourceFile[] Sources(Corpus corpus, Corpus? validation, ShardIndex? old) =>
        [.. corpus.Files.Concat(validation?.Files ?? []).Select(path => Source(path, old))];

    /// <summary>Hashes a source, unless a file of that place, size and time has been hashed before.</summary>
    private static SourceFile Source(string path, ShardIndex? old)
    {
        var info = new FileInfo(path);
        SourceFile? known = old?.Sources.FirstOrDefault(s => s.Path == info.FullName && s.Bytes == info.Length && s.Modified == info.LastWriteTimeUtc);
        return known ?? new SourceFile(info.FullName, info.Length, info.LastWriteTimeUtc, HashFile(path));
    }

    private static string KeyOf(IReadOnlyList<SourceFile> sources, Corpus corpus, Corpus? validation, TextEncoder encoder, SplitSettings split)
    {
        string division = validation is null
            ? string.Create(CultureInfo.InvariantCulture, $"held out {split.Fraction} by seed {split.Seed}")
            : $"validation is the last {validation.Files.Count} files, unit {validation.Unit}";
        // The ending decides how a file is read, so it belongs to the key beside the content.
        string text = $"shards 1\ntokenizer {encoder.Hash} {encoder.VocabularySize} {encoder.EndOfText}\nunit {corpus.Unit}\n{division}\n"
            + string.Join('\n', sources.Select(s => $"{s.Hash} {Path.GetExtension(s.Path).ToLowerInvariant()}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static void Verify(string folder, ShardIndex index)
    {
        IEnumerable<ShardFile> files = new[] { index.Train, index.Validation }.OfType<SplitIndex>().SelectMany(split => split.Shards.Append(split.Documents));
        foreach (ShardFile file in files)
        {
            string path = Path.Combine(folder, file.Name);
            if (!File.Exists(path) || HashFile(path) != file.Hash)
                throw new GrimoireException($"{path}: missing or changed since it was built; delete the folder to have the shards built anew.");
        }
    }

    private static string HashFile(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
