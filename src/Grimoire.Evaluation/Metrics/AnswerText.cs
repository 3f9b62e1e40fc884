using System.Text;

namespace Grimoire.Evaluation.Metrics;

/// <summary>Which differences between answers do not count.</summary>
public enum AnswerNormalization
{
    /// <summary>As SQuAD (Rajpurkar et al. 2016): case, ASCII punctuation, the articles a, an and the, and white space.</summary>
    Squad,

    /// <summary>White space only.</summary>
    Plain,
}

/// <summary>Short answers, ready to be compared.</summary>
public static class AnswerText
{
    /// <summary>The words of an answer that count.</summary>
    public static IReadOnlyList<string> Words(string answer, AnswerNormalization normalization) =>
        ReferenceText.Words(normalization == AnswerNormalization.Squad ? WithoutArticles(WithoutPunctuation(ReferenceText.Lower(answer))) : answer);

    /// <summary>The words joined by single spaces.</summary>
    public static string Normalize(string answer, AnswerNormalization normalization) => string.Join(' ', Words(answer, normalization));

    private static string WithoutPunctuation(string answer) =>
        string.Concat(answer.Where(c => !(char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c)))));

    /// <summary>Articles become a space, whatever stands beside them that is no part of a word.</summary>
    private static string WithoutArticles(string answer)
    {
        var text = new StringBuilder(answer.Length);
        var word = new StringBuilder();
        foreach (Rune rune in answer.EnumerateRunes())
        {
            if (ReferenceText.IsWord(rune))
            {
                word.Append(rune);
                continue;
            }

            text.Append(Kept(word)).Append(rune);
            word.Clear();
        }

        return text.Append(Kept(word)).ToString();
    }

    private static string Kept(StringBuilder word) => word.ToString() switch
    {
        "a" or "an" or "the" => " ",
        var text => text,
    };
}
