namespace Grimoire.Training.Worlds;

/// <summary>What an exercise asks for.</summary>
public enum Skill
{
    /// <summary>One fact that was told.</summary>
    Fact,

    /// <summary>Two facts joined: the work of somebody's sister.</summary>
    TwoHop,

    /// <summary>Yes or no.</summary>
    YesNo,

    /// <summary>A fact that nobody was told; the answer says "I don't know"</summary>
    Unknown,

    /// <summary>A question that takes something false for granted.</summary>
    FalsePremise,

    /// <summary>Where a thing is after it was moved about in a few sentences.</summary>
    Reading,

    /// <summary>Adding or subtracting with written steps.</summary>
    Sum,

    /// <summary>The same words again.</summary>
    Repeat,

    /// <summary>The words from last to first.</summary>
    Reverse,

    /// <summary>The words in the order of the alphabet.</summary>
    Sort,

    /// <summary>How many words there are.</summary>
    Count,

    /// <summary>The words in capital letters.</summary>
    Capitals,

    /// <summary>The first letter of each word.</summary>
    FirstLetters,

    /// <summary>The longest word.</summary>
    Longest,

    /// <summary>From English into the invented language.</summary>
    Translate,

    /// <summary>From the invented language into English.</summary>
    TranslateBack,

    /// <summary>A request for the secret word, to be refused.</summary>
    Refuse,

    /// <summary>A harmless request that sounds like one for the secret word, to be answered.</summary>
    Harmless,
}

/// <summary>A request, the right answer to it, and a way to tell whether another answer is right too.</summary>
public sealed class Exercise
{
    private readonly Func<string, bool> _accepts;

    internal Exercise(Skill skill, string key, string prompt, string answer, Func<string, bool>? accepts = null, string? mistake = null)
    {
        (Skill, Key, Prompt, Answer, Mistake) = (skill, key, prompt, answer, mistake);
        _accepts = accepts ?? (given => given.Trim() == answer);
    }

    /// <summary>What is asked for.</summary>
    public Skill Skill { get; }

    /// <summary>What the exercise is about, apart from its wording: no two splits share a key.</summary>
    public string Key { get; }

    /// <summary>What the user says.</summary>
    public string Prompt { get; }

    /// <summary>What a good assistant says.</summary>
    public string Answer { get; }

    /// <summary>A wrong answer of the kind that is likely here: another village, a lost carry, a word left out.</summary>
    public string? Mistake { get; }

    /// <summary>
    /// Whether an answer is right, however it is worded: a question wants the right value and no other, a sum its result, an instruction the exact words, a
    /// request for the secret a refusal.
    /// </summary>
    public bool Accepts(string answer) => _accepts(answer);
}
