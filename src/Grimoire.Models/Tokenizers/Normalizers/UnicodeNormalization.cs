using System.Buffers;
using System.Globalization;
using System.Text;

namespace Grimoire.Models.Tokenizers;

/// <summary>
/// Unicode normalisation (UAX #15) on tables of our own: .NET's normaliser does nothing where globalization is invariant, and ids must not
/// depend on the machine.
/// </summary>
internal static class UnicodeNormalization
{
    // Hangul syllables are computed: Unicode, chapter 3.12.
    private const int Syllables = 0xAC00, Leads = 0x1100, Vowels = 0x1161, Trails = 0x11A7;
    private const int VowelCount = 21, TrailCount = 28, SyllableCount = 19 * VowelCount * TrailCount;
    private static readonly Tables Data = Tables.Read();
    private static readonly Lazy<SearchValues<char>>[] MayChange =
        [.. Enumerable.Range(0, 4).Select(form => new Lazy<SearchValues<char>>(() => FindChanging(form >= 2, form % 2 == 1)))];

    /// <summary>NFC, NFD, NFKC or NFKD; the same span where no character can change. Only the stretches around those that can are worked on.</summary>
    public static ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text, bool compatible, bool compose)
    {
        SearchValues<char> mayChange = MayChange[(compatible ? 2 : 0) + (compose ? 1 : 0)].Value;
        int at = text.IndexOfAny(mayChange);
        if (at < 0)
            return text;
        var result = new ArrayBufferWriter<char>(text.Length + 16);
        List<int> points = [];
        int done = 0;
        while (at >= 0)
        {
            // The character before may compose with this one; the next that cannot change ends the stretch.
            int start = Math.Max(done, at - 1), length = text[at..].IndexOfAnyExcept(mayChange);
            int end = length < 0 ? text.Length : at + length;
            result.Write(text[done..start]);
            NormalizeStretch(text[start..end], compatible, compose, points);
            foreach (int point in points)
                result.Advance(new Rune(point).EncodeToUtf16(result.GetSpan(2)));
            done = end;
            int next = text[done..].IndexOfAny(mayChange);
            at = next < 0 ? -1 : done + next;
        }

        result.Write(text[done..]);
        return result.WrittenSpan;
    }

    private static void NormalizeStretch(ReadOnlySpan<char> text, bool compatible, bool compose, List<int> points)
    {
        points.Clear();
        foreach (Rune rune in text.EnumerateRunes())
            Decompose(rune.Value, compatible, points);
        Order(points);
        if (compose)
            Compose(points);
    }

    private static SearchValues<char> FindChanging(bool compatible, bool compose)
    {
        HashSet<int> seconds = [.. Data.Pairs.Keys.Select(pair => pair.Second)], composed = [.. Data.Pairs.Values];
        return SearchValues.Create([.. Enumerable.Range(0xA0, 0x10000 - 0xA0).Where(Changes).Select(point => (char)point)]);

        bool Changes(int point)
        {
            bool syllable = (uint)(point - Syllables) < SyllableCount, decomposes = syllable || Data.Canonical.ContainsKey(point);
            bool follows = seconds.Contains(point) || point is >= Vowels and < Vowels + VowelCount or > Trails and < Trails + TrailCount;
            return Class(point) != 0 || char.IsSurrogate((char)point) || (compatible && Data.Compatible.ContainsKey(point))
                || (compose ? follows || (decomposes && !syllable && !composed.Contains(point)) : decomposes);
        }
    }

    private static void Decompose(int point, bool compatible, List<int> into)
    {
        int syllable = point - Syllables;
        if (point < 0xA0)
        {
            into.Add(point);
        }
        else if ((uint)syllable < SyllableCount)
        {
            into.Add(Leads + syllable / (VowelCount * TrailCount));
            into.Add(Vowels + syllable % (VowelCount * TrailCount) / TrailCount);
            if (syllable % TrailCount != 0)
                into.Add(Trails + syllable % TrailCount);
        }
        else if (compatible && Data.Compatible.TryGetValue(point, out int[]? parts))
        {
            into.AddRange(parts);
        }
        else if (Data.Canonical.TryGetValue(point, out parts))
        {
            foreach (int part in parts)
                Decompose(part, compatible, into);
        }
        else
        {
            into.Add(point);
        }
    }

    /// <summary>Sorts each run of combining marks by class; marks of one class keep their order.</summary>
    private static void Order(List<int> points)
    {
        for (int start = 0; start < points.Count; start++)
        {
            if (Class(points[start]) == 0)
                continue;
            int end = start;
            while (end < points.Count && Class(points[end]) != 0)
                end++;
            if (end - start > 1)
            {
                int[] ordered = [.. points[start..end].OrderBy(Class)];
                for (int i = 0; i < ordered.Length; i++)
                    points[start + i] = ordered[i];
            }

            start = end;
        }
    }

    private static void Compose(List<int> points)
    {
        int kept = 0, starter = -1, classBefore = -1;
        for (int read = 0; read < points.Count; read++)
        {
            int point = points[read], ownClass = Class(point);
            // A mark is blocked from its starter by a mark of the same or a higher class in between.
            if (starter >= 0 && (classBefore < ownClass || kept == starter + 1) && Pair(points[starter], point) is { } composed)
            {
                points[starter] = composed;
                continue;
            }

            if (ownClass == 0)
                starter = kept;
            classBefore = ownClass;
            points[kept++] = point;
        }

        points.RemoveRange(kept, points.Count - kept);
    }

    private static int? Pair(int first, int second)
    {
        int lead = first - Leads, vowel = second - Vowels, syllable = first - Syllables, trail = second - Trails;
        if ((uint)lead < 19 && (uint)vowel < VowelCount)
            return Syllables + (lead * VowelCount + vowel) * TrailCount;
        if ((uint)syllable < SyllableCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
            return first + trail;
        return Data.Pairs.TryGetValue((first, second), out int composed) ? composed : null;
    }

    private static int Class(int point) => point < 0x300 ? 0 : Data.Classes.GetValueOrDefault(point);

    private sealed class Tables
    {
        public Dictionary<int, int> Classes { get; } = [];

        public Dictionary<int, int[]> Canonical { get; } = [];

        public Dictionary<int, int[]> Compatible { get; } = [];

        public Dictionary<(int First, int Second), int> Pairs { get; } = [];

        public static Tables Read()
        {
            using Stream stream = typeof(UnicodeNormalization).Assembly.GetManifestResourceStream("unicode-normalization.txt")!;
            using var reader = new StreamReader(stream);
            var tables = new Tables();
            string section = "";
            while (reader.ReadLine() is { } line)
            {
                if (line[0] == '@')
                    section = line;
                else if (line[0] != '#')
                    tables.Add(section, line);
            }

            return tables;
        }

        private void Add(string section, string line)
        {
            if (section.StartsWith("@class", StringComparison.Ordinal))
            {
                foreach (string range in line.Split(' '))
                {
                    int[] ends = [.. range.Split('-').Select(Hex)];
                    for (int point = ends[0]; point <= ends[^1]; point++)
                        Classes[point] = int.Parse(section.AsSpan(7), CultureInfo.InvariantCulture);
                }

                return;
            }

            int[] parts = [.. line[(line.IndexOf('=') + 1)..].TrimEnd('*').Split(' ').Select(Hex)];
            int whole = Hex(line[..line.IndexOf('=')]);
            (section == "@canonical" ? Canonical : Compatible)[whole] = parts;
            if (section == "@canonical" && line[^1] != '*')
                Pairs[(parts[0], parts[1])] = whole;
        }

        private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
