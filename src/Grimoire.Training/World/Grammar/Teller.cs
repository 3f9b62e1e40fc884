using System.Runtime.InteropServices;

namespace Grimoire.Training.Worlds;

/// <summary>
/// Tells templates one after another and remembers who was spoken of, so that "she" is said only where one woman can be meant, sentences begin with a capital,
/// and "a" becomes "an".
/// </summary>
internal sealed class Teller(Dice dice, bool past = true)
{
    private readonly Dictionary<string, Person> _people = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Word[]> _phrases = new(StringComparer.Ordinal);
    private readonly Dictionary<Person, int> _mentions = [];
    private readonly Dictionary<Person, (Person Of, Word[] Kin)> _introductions = [];
    private readonly List<Word> _words = [];
    private readonly List<int> _starts = [];
    private bool _inQuote, _open = true;

    /// <summary>Whether people are called by name each time, as in an answer that must stand alone.</summary>
    public bool NamesOnly { get; init; }

    public ReadOnlySpan<Word> Words => CollectionsMarshal.AsSpan(_words);

    /// <summary>The words of each sentence.</summary>
    public IEnumerable<Word[]> Sentences()
    {
        for (var i = 0; i < _starts.Count; i++) yield return [.. _words[_starts[i]..(i + 1 < _starts.Count ? _starts[i + 1] : _words.Count)]];
    }

    public string Text => Word.Join(Words);

    public Teller Bind(string slot, Person? person)
    {
        if (person is not null) _people[slot] = person;
        return this;
    }

    public Teller Bind(string slot, Word[]? phrase)
    {
        if (phrase is not null) _phrases[slot] = phrase;
        return this;
    }

    /// <summary>Binds a person who is said to be "her sister" or "Mira's best friend" when first spoken of.</summary>
    public Teller BindCompanion(string slot, Person person, Person of, Word[] kin)
    {
        _introductions[person] = (of, kin);
        return Bind(slot, person);
    }

    /// <summary>Speaks on from where this person was spoken of, as a second question does.</summary>
    public Teller Knowing(Person person)
    {
        _mentions[person] = 0;
        return this;
    }

    public bool Can(Template template) => Array.TrueForAll(template.Slots, slot => _people.ContainsKey(slot) || _phrases.ContainsKey(slot));

    public Teller Tell(Template template)
    {
        EndSentence();
        Say(template.Root);
        EndSentence();
        return this;
    }

    /// <summary>Tells one of the alternatives and returns it: the first from a drawn place on that can be told, or null.</summary>
    public Template? TellOne(IReadOnlyList<Template> alternatives)
    {
        if (alternatives.Count == 0) return null;
        var first = dice.Below(alternatives.Count);
        for (var i = 0; i < alternatives.Count; i++)
        {
            var template = alternatives[(first + i) % alternatives.Count];
            if (!Can(template)) continue;
            Tell(template);
            return template;
        }
        return null;
    }

    private void Say(Template.Node node)
    {
        switch (node)
        {
            case Template.Sequence sequence:
                foreach (var part in sequence.Parts) Say(part);
                break;
            case Template.Choice choice: Say(dice.Pick(choice.Options)); break;
            case Template.Literal literal: Put(literal.Word); break;
            case Template.Verb verb: Put(verb.Forms.Finite(past, verb.Plural)); break;
            case Template.Rule rule: Say(dice.Pick(rule.Alternatives).Root); break;
            case Template.Slot slot: Fill(slot); break;
        }
    }

    private void Fill(Template.Slot slot)
    {
        if (_people.TryGetValue(slot.Name, out var person)) Mention(person, slot);
        else
        {
            foreach (var word in _phrases[slot.Name]) Put(word);
            if (slot.Form == "his") Put(Lexicon.Possessive);
        }
    }

    /// <summary>Names a person, or says he, him or his where the listener knows who is meant.</summary>
    private void Mention(Person person, Template.Slot slot)
    {
        Introduce(person, slot);
        var pronoun = slot.Forced || (!NamesOnly && slot.Form is not ("name" or "bare") && IsClear(person) && (slot.Form is not "" || dice.Chance(60)));
        _mentions[person] = Current;
        if (slot.Form == "full") foreach (var word in person.FullNameWords) Put(word);
        else if (pronoun) Put(person.Pronoun(slot.Form is "" ? "he" : slot.Form));
        else
        {
            Put(person.NameWord);
            if (slot.Form is "his") Put(Lexicon.Possessive);
        }
    }

    /// <summary>Says whose friend or sister this is, once.</summary>
    private void Introduce(Person person, Template.Slot slot)
    {
        if (_mentions.ContainsKey(person) || slot.Form == "bare" || !_introductions.TryGetValue(person, out var introduction)) return;
        Mention(introduction.Of, HisSlot);
        foreach (var word in introduction.Kin) Put(word);
    }

    /// <summary>Spoken of in this sentence or the one before, with nobody else about whom the same pronoun could mean.</summary>
    private bool IsClear(Person person)
    {
        foreach (var (other, when) in _mentions)
            if (other != person && other.IsWoman == person.IsWoman && when >= Current - 1) return false;
        return _mentions.TryGetValue(person, out var mentioned) && mentioned >= Current - 1;
    }

    /// <summary>The number of the sentence that the next word belongs to.</summary>
    private int Current => _open ? _starts.Count : _starts.Count - 1;

    private void Put(Word word)
    {
        var before = _words.Count > 0 ? _words[^1].Form : "";
        if (_open) _starts.Add(_words.Count);
        var afterOpeningQuote = _inQuote && before == "\"";
        var capital = _open || afterOpeningQuote || (_inQuote && before is ("." or "!" or "?"));
        _open = false;
        if (before is ("a" or "A") && "aeiou".Contains(word.Form[0])) _words[^1] = _words[^1] with { Form = before + "n" };
        if (before is "to" && word.Tag is (Upos.VERB or Upos.AUX)) _words[^1] = _words[^1] with { Tag = Upos.PART };
        if (before is ("that" or "That") && word.Tag == Upos.NOUN) _words[^1] = _words[^1] with { Tag = Upos.DET };
        if (word.Form == "\"") _inQuote = !_inQuote;
        var closes = word.Tag == Upos.PUNCT && (word.Form != "\"" || !_inQuote);
        _words.Add(word with { Form = capital ? Capital(word.Form) : word.Form, Joined = word.Joined || closes || afterOpeningQuote });
        if (!_inQuote && word.Form is "." or "!" or "?") EndSentence();
    }

    private void EndSentence() => _open = true;

    private static readonly Template.Slot HisSlot = new("", "his", Forced: false);

    private static string Capital(string form) => char.IsAsciiLetterLower(form[0]) ? Capitals.GetOrAdd(form, f => char.ToUpperInvariant(f[0]) + f[1..]) : form;

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> Capitals = new(StringComparer.Ordinal);
}
