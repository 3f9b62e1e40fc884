namespace Grimoire.Models.Tokenizers;

/// <summary>A token with an id of its own beside the model's pieces, such as <c>&lt;|endoftext|&gt;</c>.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
public sealed record AddedToken(int Id, string Content)
{
    /// <summary>It steers the model and is no text: found in a text only when asked for, left out of decoded text.</summary>
    public bool Special { get; init; } = true;

    /// <summary>Found only where no letter or digit touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Swallows the white space before it.</summary>
    public bool StripLeft { get; init; }

    /// <summary>Swallows the white space after it.</summary>
    public bool StripRight { get; init; }

    /// <summary>Looked for in the normalised text rather than in the text as given.</summary>
    public bool Normalized { get; init; }
}
