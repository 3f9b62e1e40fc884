using System.Text;

namespace Grimoire.Training.Worlds;

/// <summary>Universal part-of-speech tags (universaldependencies.org/u/pos), those the world's grammar uses.</summary>
public enum Upos
{
    /// <summary>Adjective.</summary>
    ADJ,
    /// <summary>Adposition.</summary>
    ADP,
    /// <summary>Adverb.</summary>
    ADV,
    /// <summary>Auxiliary.</summary>
    AUX,
    /// <summary>Coordinating conjunction.</summary>
    CCONJ,
    /// <summary>Determiner.</summary>
    DET,
    /// <summary>Interjection.</summary>
    INTJ,
    /// <summary>Noun.</summary>
    NOUN,
    /// <summary>Numeral.</summary>
    NUM,
    /// <summary>Particle.</summary>
    PART,
    /// <summary>Pronoun.</summary>
    PRON,
    /// <summary>Proper noun.</summary>
    PROPN,
    /// <summary>Punctuation.</summary>
    PUNCT,
    /// <summary>Subordinating conjunction.</summary>
    SCONJ,
    /// <summary>Verb.</summary>
    VERB,
}

/// <summary>
/// One word as the grammar speaks it. Text and tags are both read off the same words, so they cannot drift apart.
/// </summary>
/// <param name="Form">The word as written.</param>
/// <param name="Tag">Its part of speech.</param>
/// <param name="Entity">Its entity label in IOB2: <c>B-PER</c>, <c>I-LOC</c>, <c>B-THING</c>, … or <c>O</c>.</param>
/// <param name="Joined">Whether it is written without a space before it (UD's <c>SpaceAfter=No</c> on the word before).</param>
public readonly record struct Word(string Form, Upos Tag, string Entity = "O", bool Joined = false)
{
    /// <summary>The words as text: a space before each but the first and the joined ones.</summary>
    public static string Join(ReadOnlySpan<Word> words)
    {
        var text = new StringBuilder(words.Length * 6);
        foreach (var word in words)
        {
            if (text.Length > 0 && !word.Joined) text.Append(' ');
            text.Append(word.Form);
        }
        return text.ToString();
    }

    /// <summary>A name or a thing as words: the first labelled <c>B-</c>, the rest <c>I-</c>.</summary>
    internal static Word[] Entities(string text, string label, params ReadOnlySpan<Upos> tags)
    {
        var forms = text.Split(' ');
        var words = new Word[forms.Length];
        for (var i = 0; i < forms.Length; i++) words[i] = new Word(forms[i], tags[Math.Min(i, tags.Length - 1)], (i == 0 ? "B-" : "I-") + label);
        return words;
    }
}
