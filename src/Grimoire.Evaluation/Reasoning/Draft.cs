namespace Grimoire.Evaluation.Reasoning;

/// <summary>An answer while it is written, in turns by the model and by what helps it.</summary>
/// <param name="prompt">What the model reads before it.</param>
/// <param name="begun">What it begins with.</param>
/// <param name="seed">The seed of its draws.</param>
internal sealed class Draft(string prompt, string begun, ulong seed)
{
    public string Prompt => prompt;

    public ulong Seed => seed;

    /// <summary>All that stands there: what the model wrote, cues and results.</summary>
    public string Text { get; set; } = begun;

    /// <summary>Tokens that the model has generated.</summary>
    public int Tokens { get; set; }

    /// <summary>How often the model was asked to go on.</summary>
    public int Turns { get; set; }

    /// <summary>How often a result was put in.</summary>
    public int Results { get; set; }

    /// <summary>Whether a result stands at the end: a whole number, to which the model cannot write further digits.</summary>
    public bool EndsInResult { get; set; }

    /// <summary>How often "Wait" was put in.</summary>
    public int Waits { get; set; }

    /// <summary>Whether thinking was cut, so that only the final answer is to come.</summary>
    public bool IsConcluding { get; set; }

    /// <summary>Whether the model came to an end by itself.</summary>
    public bool Ended { get; set; }

    /// <summary>Whether nothing more is to come.</summary>
    public bool IsDone { get; set; }
}
