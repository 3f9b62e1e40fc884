using System.Text;
using System.Text.RegularExpressions;
using Grimoire.Models;
using Grimoire.Training.Data;

namespace Grimoire.Evaluation.Likelihoods;

/// <summary>What a model made of a document: sums, from which every figure comes.</summary>
public sealed partial record DocumentLikelihood
{
    /// <summary>Its file and its place there: <c>book.txt</c>, <c>rows.jsonl#17</c>.</summary>
    public required string Name { get; init; }

    /// <summary>UTF-8 bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Unicode characters (code points).</summary>
    public required long Characters { get; init; }

    /// <summary>Words: one more than there are stretches of white space, as the reference harness counts them.</summary>
    public required long Words { get; init; }

    /// <summary>Tokens that were scored.</summary>
    public required int Tokens { get; init; }

    /// <summary>Σ ln p(token | what came before), in nats.</summary>
    public required double LogProbability { get; init; }

    /// <summary>Σ of the entropies in the tokens' places, in nats.</summary>
    public required double Entropy { get; init; }

    /// <summary>Tokens that no other was likelier than.</summary>
    public required int Foreseen { get; init; }

    /// <summary>The tokens one by one.</summary>
    public IReadOnlyList<TokenScore> Scores { get; init; } = [];

    /// <summary>Mean −ln p of a token, in nats.</summary>
    public double CrossEntropy => -LogProbability / Tokens;

    /// <summary>−log₂ p of the document, divided by its bytes.</summary>
    public double BitsPerByte => -LogProbability / Math.Log(2) / Bytes;

    internal static DocumentLikelihood Of(string name, string text, IReadOnlyList<TokenScore> scores) => new()
    {
        Name = name,
        Bytes = Encoding.UTF8.GetByteCount(text),
        Characters = Corpus.Characters(text),
        Words = CountWords(text),
        Tokens = scores.Count,
        LogProbability = scores.Sum(score => score.LogProbability),
        Entropy = scores.Sum(score => score.Entropy),
        Foreseen = scores.Count(score => score.Rank == 1),
        Scores = scores,
    };

    internal static int CountWords(string text) => 1 + WhiteSpace().Count(text);

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
