namespace Grimoire.Training.Worlds;

/// <summary>
/// A sentence pattern, written as English with five marks:
/// <c>(a|b)</c> one of these, <c>[a]</c> perhaps this, <c>&lt;go&gt;</c> a verb in the story's tense (<c>&lt;go+&gt;</c> for a plural subject),
/// <c>{slot}</c> a bound person, phrase or rule, and <c>word/TAG</c> where the lexicon's tag does not hold.
/// </summary>
internal sealed class Template
{
    private Template(string source, Node root, string[] slots)
    {
        Source = source;
        Root = root;
        Slots = slots;
    }

    public string Source { get; }

    public Node Root { get; }

    /// <summary>The names that must be bound before this can be told: a sentence whose facts are not told is not said.</summary>
    public string[] Slots { get; }

    public static Template Parse(string source)
    {
        var slots = new SortedSet<string>(StringComparer.Ordinal);
        var reader = new Reader(source, slots);
        return new Template(source, reader.Whole(), [.. slots]);
    }

    /// <summary>One template a line.</summary>
    public static Template[] Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse)];

    internal abstract record Node;

    internal sealed record Sequence(Node[] Parts) : Node;

    internal sealed record Choice(Node[] Options) : Node;

    internal sealed record Literal(Word Word) : Node;

    internal sealed record Verb(VerbForms Forms, bool Plural) : Node;

    /// <summary>
    /// A person or phrase: <c>{A}</c> (the subject), <c>{A:him}</c> and <c>{A:his}</c> or <c>{A's}</c> (a pronoun where it is clear who is meant),
    /// <c>{A.his}</c> (a pronoun always), <c>{A:name}</c> (the name always), <c>{A:full}</c> (with the surname), <c>{A:bare}</c> (without "her sister").
    /// </summary>
    internal sealed record Slot(string Name, string Form, bool Forced) : Node;

    internal sealed record Rule(Template[] Alternatives) : Node;

    /// <summary>Reads one pattern from left to right.</summary>
    private sealed class Reader(string source, SortedSet<string> slots)
    {
        private int _at;

        public Node Whole()
        {
            var node = Options();
            return _at == source.Length ? node : throw Wrong($"'{source[_at]}' closes nothing");
        }

        private Node Options()
        {
            var options = new List<Node> { Parts() };
            while (_at < source.Length && source[_at] == '|')
            {
                _at++;
                options.Add(Parts());
            }
            return options.Count == 1 ? options[0] : new Choice([.. options]);
        }

        private Sequence Parts()
        {
            var parts = new List<Node>();
            while (_at < source.Length && source[_at] is not ('|' or ')' or ']'))
            {
                switch (source[_at])
                {
                    case ' ': _at++; break;
                    case '(': parts.Add(Group(')')); break;
                    case '[': parts.Add(new Choice([Group(']'), new Sequence([])])); break;
                    case '<': parts.Add(ReadVerb(Until('>'))); break;
                    case '{': parts.Add(ReadSlot(Until('}'))); break;
                    default: ReadWords(parts); break;
                }
            }
            return new Sequence([.. parts]);
        }

        private Node Group(char close)
        {
            _at++;
            var node = Options();
            if (_at == source.Length || source[_at] != close) throw Wrong($"'{close}' is missing");
            _at++;
            return node;
        }

        private string Until(char close)
        {
            var end = source.IndexOf(close, _at);
            if (end < 0) throw Wrong($"'{close}' is missing");
            var inside = source[(_at + 1)..end];
            _at = end + 1;
            return inside;
        }

        private static Verb ReadVerb(string mark) => new(Verbs.Of(mark.TrimEnd('+')), mark.EndsWith('+'));

        private Node ReadSlot(string mark)
        {
            if (Rules.Find(mark) is { } alternatives)
            {
                foreach (var slot in alternatives.SelectMany(alternative => alternative.Slots)) slots.Add(slot);
                return new Rule(alternatives);
            }
            var possessive = mark.EndsWith("'s", StringComparison.Ordinal);
            var cut = mark.IndexOfAny([':', '.']);
            var name = possessive ? mark[..^2] : cut < 0 ? mark : mark[..cut];
            slots.Add(name);
            return new Slot(name, possessive ? "his" : cut < 0 ? "" : mark[(cut + 1)..], cut >= 0 && mark[cut] == '.');
        }

        private void ReadWords(List<Node> parts)
        {
            var start = _at;
            if (",.;:?!\"".Contains(source[_at])) _at++;
            else while (_at < source.Length && !" ,.;:?!\"|()[]{}<>".Contains(source[_at])) _at++;
            if (_at == start) throw Wrong($"'{source[_at]}' is out of place");
            foreach (var word in Lexicon.Read(source[start.._at])) parts.Add(new Literal(word));
        }

        private FormatException Wrong(string what) => new($"template '{source}': {what}");
    }
}
