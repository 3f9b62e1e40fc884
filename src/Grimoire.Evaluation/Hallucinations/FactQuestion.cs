namespace Grimoire.Evaluation.Hallucinations;

/// <summary>What became of a question.</summary>
public enum AnswerOutcome
{
    /// <summary>The answer is right.</summary>
    Right,

    /// <summary>Something else is stated: a hallucination.</summary>
    Wrong,

    /// <summary>The model says that it does not know, or will not answer.</summary>
    Refused,
}

/// <summary>A question whose answer is known to us, or known to be known to nobody.</summary>
/// <param name="id">Unique, and the same for every model.</param>
/// <param name="kind">What sort of question it is, as in <c>facts</c>.</param>
/// <param name="prompt">The question.</param>
public abstract class FactQuestion(string id, string kind, string prompt)
{
    /// <summary>Unique, and the same for every model.</summary>
    public string Id => id;

    /// <summary>What sort of question it is.</summary>
    public string Kind => kind;

    /// <summary>The question.</summary>
    public string Prompt => prompt;

    /// <summary>The same question in other words; may be none.</summary>
    public IReadOnlyList<string> Wordings { get; init; } = [];

    /// <summary>A right answer; null where nobody can know.</summary>
    public string? Answer { get; init; }

    /// <summary>What became of the question. To a question that nobody can answer every answer but a refusal is wrong.</summary>
    public AnswerOutcome Judge(string answer) =>
        Refuses(answer) ? AnswerOutcome.Refused : Answer is not null && Accepts(answer) ? AnswerOutcome.Right : AnswerOutcome.Wrong;

    /// <summary>What an answer says, however it is worded: answers of one meaning are equal strings.</summary>
    public abstract string Meaning(string answer);

    /// <summary>Whether an answer is right.</summary>
    protected abstract bool Accepts(string answer);

    /// <summary>Whether an answer says that the model does not know or will not tell.</summary>
    protected abstract bool Refuses(string answer);
}
