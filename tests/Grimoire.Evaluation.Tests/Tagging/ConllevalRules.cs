namespace Grimoire.Evaluation.Tests.Tagging;

/// <summary>
/// The counting of conlleval once more, as its script goes: word by word through right and guessed labels at once, remembering only the word before and whether
/// the chunk at hand is right so far. Written without looking at how spans are found elsewhere, so that both can be held against each other.
/// </summary>
internal sealed class ConllevalRules
{
    private (string Tag, string Type) lastGold = ("O", ""), lastGuess = ("O", "");
    private bool right;

    public Dictionary<string, int> Correct { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, int> Gold { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, int> Guessed { get; } = new(StringComparer.Ordinal);

    public int CorrectTags { get; private set; }

    public int Tokens { get; private set; }

    public void Word(string gold, string guess)
    {
        Tokens++;
        CorrectTags += gold == guess ? 1 : 0;
        Next(Split(gold), Split(guess));
    }

    public void EndSentence() => Next(("O", ""), ("O", ""));

    private void Next((string Tag, string Type) gold, (string Tag, string Type) guess)
    {
        bool goldEnds = Ends(lastGold, gold), guessEnds = Ends(lastGuess, guess);
        if (right && goldEnds && guessEnds && lastGuess.Type == lastGold.Type)
        {
            right = false;
            Count(Correct, lastGold.Type);
        }
        else if (right && (goldEnds != guessEnds || guess.Type != gold.Type))
        {
            right = false;
        }

        bool goldStarts = Starts(lastGold, gold), guessStarts = Starts(lastGuess, guess);
        if (goldStarts && guessStarts && guess.Type == gold.Type)
            right = true;
        if (goldStarts)
            Count(Gold, gold.Type);
        if (guessStarts)
            Count(Guessed, guess.Type);
        (lastGold, lastGuess) = (gold, guess);
    }

    private static bool Ends((string Tag, string Type) last, (string Tag, string Type) next) => (last.Tag + next.Tag) switch
    {
        "BB" or "BO" or "IB" or "IO" or "EE" or "EI" or "EO" => true,
        _ => last.Tag != "O" && last.Type != next.Type,
    };

    private static bool Starts((string Tag, string Type) last, (string Tag, string Type) next) => (last.Tag + next.Tag) switch
    {
        "BB" or "IB" or "OB" or "OI" or "EE" or "EI" or "OE" => true,
        _ => next.Tag != "O" && last.Type != next.Type,
    };

    private static (string Tag, string Type) Split(string label)
    {
        string[] parts = label.Split('-', 2);
        return (parts[0], parts.Length > 1 ? parts[1] : "");
    }

    private static void Count(Dictionary<string, int> counts, string type) => counts[type] = counts.GetValueOrDefault(type) + 1;
}
