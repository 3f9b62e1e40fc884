namespace Grimoire.Evaluation.Metrics;

/// <summary>
/// Porter's stemmer (1980) with the amendments that NLTK makes, because ROUGE uses it so: words of English lose their endings in five steps, and what is left
/// is not always a word. For lower-case words.
/// </summary>
internal static class PorterStemmer
{
    private static readonly Dictionary<string, string> Irregular = new(StringComparer.Ordinal)
    {
        ["sky"] = "sky",
        ["skies"] = "sky",
        ["dying"] = "die",
        ["lying"] = "lie",
        ["tying"] = "tie",
        ["news"] = "news",
        ["innings"] = "inning",
        ["inning"] = "inning",
        ["outings"] = "outing",
        ["outing"] = "outing",
        ["cannings"] = "canning",
        ["canning"] = "canning",
        ["howe"] = "howe",
        ["proceed"] = "proceed",
        ["exceed"] = "exceed",
        ["succeed"] = "succeed",
    };

    private static readonly (string Suffix, string Instead)[] Step2Rules =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"), ("alli", "al"), ("entli", "ent"),
        ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"),
        ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"), ("fulli", "ful"), ("logi", "log"),
    ];

    private static readonly (string Suffix, string Instead)[] Step3Rules =
        [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];

    private static readonly string[] Step4Suffixes =
    [
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize",
    ];

    /// <summary>The stem of a word.</summary>
    public static string Stem(string word) => Irregular.TryGetValue(word, out string? stem) ? stem
        : word.Length <= 2 ? word
        : Step5(Step4(Step3(Step2(Step1c(Step1b(Step1a(word)))))));

    /// <summary>Plurals.</summary>
    private static string Step1a(string word)
    {
        if (Ends(word, "sses"))
            return word[..^2];
        if (Ends(word, "ies"))
            return word.Length == 4 ? word[..^1] : word[..^2];
        return Ends(word, "s") && !Ends(word, "ss") ? word[..^1] : word;
    }

    /// <summary>Past tenses and participles.</summary>
    private static string Step1b(string word)
    {
        if (Ends(word, "ied"))
            return word.Length == 4 ? word[..^1] : word[..^2];
        if (Ends(word, "eed"))
            return Measure(word[..^3]) > 0 ? word[..^1] : word;
        string? stem = Ends(word, "ed") && HasVowel(word[..^2]) ? word[..^2] : Ends(word, "ing") && HasVowel(word[..^3]) ? word[..^3] : null;
        if (stem is null)
            return word;
        if (Ends(stem, "at") || Ends(stem, "bl") || Ends(stem, "iz"))
            return stem + "e";
        if (EndsInDouble(stem))
            return stem[^1] is 'l' or 's' or 'z' ? stem : stem[..^1];
        return Measure(stem) == 1 && EndsShort(stem) ? stem + "e" : stem;
    }

    /// <summary>A y after a consonant, which is not the word's first letter, becomes i.</summary>
    private static string Step1c(string word) => Ends(word, "y") && word.Length > 2 && IsConsonant(word, word.Length - 2) ? word[..^1] + "i" : word;

    /// <summary>Endings of two parts become one.</summary>
    private static string Step2(string word)
    {
        if (Ends(word, "alli") && Measure(word[..^4]) > 0)
            return Step2(word[..^2]);
        foreach ((string suffix, string instead) in Step2Rules)
        {
            if (Ends(word, suffix))
                return Measure(suffix == "logi" ? word[..^3] : word[..^suffix.Length]) > 0 ? word[..^suffix.Length] + instead : word;
        }

        return word;
    }

    /// <summary>More endings become shorter or go.</summary>
    private static string Step3(string word)
    {
        foreach ((string suffix, string instead) in Step3Rules)
        {
            if (Ends(word, suffix))
                return Measure(word[..^suffix.Length]) > 0 ? word[..^suffix.Length] + instead : word;
        }

        return word;
    }

    /// <summary>Endings go where enough is left.</summary>
    private static string Step4(string word)
    {
        foreach (string suffix in Step4Suffixes)
        {
            if (!Ends(word, suffix))
                continue;
            string stem = word[..^suffix.Length];
            return Measure(stem) > 1 && (suffix != "ion" || stem[^1] is 's' or 't') ? stem : word;
        }

        return word;
    }

    /// <summary>A last e, and the second of two l.</summary>
    private static string Step5(string word)
    {
        if (Ends(word, "e") && Measure(word[..^1]) is var measure && (measure > 1 || (measure == 1 && !EndsShort(word[..^1]))))
            word = word[..^1];
        return Ends(word, "ll") && Measure(word[..^1]) > 1 ? word[..^1] : word;
    }

    private static bool Ends(string word, string suffix) => word.EndsWith(suffix, StringComparison.Ordinal);

    /// <summary>Letters other than a, e, i, o, u; a y unless it follows a consonant.</summary>
    private static bool IsConsonant(string word, int at) => word[at] switch
    {
        'a' or 'e' or 'i' or 'o' or 'u' => false,
        'y' => at == 0 || !IsConsonant(word, at - 1),
        _ => true,
    };

    /// <summary>How often vowels are followed by consonants.</summary>
    private static int Measure(string stem)
    {
        int measure = 0;
        for (int i = 1; i < stem.Length; i++)
            measure += IsConsonant(stem, i) && !IsConsonant(stem, i - 1) ? 1 : 0;
        return measure;
    }

    private static bool HasVowel(string stem) => Enumerable.Range(0, stem.Length).Any(i => !IsConsonant(stem, i));

    private static bool EndsInDouble(string word) => word.Length >= 2 && word[^1] == word[^2] && IsConsonant(word, word.Length - 1);

    /// <summary>Consonant, vowel, consonant at the end, the last none of w, x and y; or a word of a vowel and a consonant.</summary>
    private static bool EndsShort(string word) => word.Length switch
    {
        2 => !IsConsonant(word, 0) && IsConsonant(word, 1),
        >= 3 => IsConsonant(word, word.Length - 3) && !IsConsonant(word, word.Length - 2) && IsConsonant(word, word.Length - 1)
            && word[^1] is not ('w' or 'x' or 'y'),
        _ => false,
    };
}
