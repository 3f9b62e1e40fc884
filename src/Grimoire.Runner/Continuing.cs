using Grimoire.Models;

namespace Grimoire.Runner;

/// <summary>The model goes on with a text, and each text stands for itself.</summary>
internal sealed class Continuing(LanguageModel model, RunnerOptions options) : Talk(model, options)
{
    public override string Greeting => "Begin a text and the model goes on; an empty line lets it begin itself. Ctrl-C ends a text, Ctrl-D the program.";

    public override IEnumerable<string> Answer(string prompt, CancellationToken stop)
    {
        yield return prompt;
        foreach (GeneratedToken token in Generator.Stream(CanBegin(prompt) ? prompt : "\n", Options with { Slide = true }, cache: null, stop))
            yield return token.Text;
    }

    /// <summary>A model of characters has no token that begins a text; a line break, after which one may begin, stands in for it.</summary>
    private bool CanBegin(string prompt) =>
        prompt.Length > 0 || Model.Tokenizer.BeginOfText is not null || Model.Tokenizer.EndOfText is not null || Model.Tokenizer.Id("\n") is null;
}
