using Grimoire.Models;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Runner;

/// <summary>The model goes on with a text, and each text stands for itself.</summary>
internal sealed class Continuing(LanguageModel model, RunnerOptions options) : Talk
{
    private readonly Generator generator = model.Generator(options.Kernels);
    private readonly GenerationOptions generation = options.Generation(model) with { Slide = true };

    public override string Greeting => "Begin a text and the model goes on; an empty line lets it begin itself. Ctrl-C ends a text, Ctrl-D the program.";

    public override IEnumerable<string> Answer(string prompt, CancellationToken stop)
    {
        yield return prompt;
        foreach (GeneratedToken token in generator.Stream(CanBegin(prompt, model.Tokenizer) ? prompt : "\n", generation, cache: null, stop))
            yield return token.Text;
    }

    public override void Forget()
    {
        // Nothing is remembered.
    }

    /// <summary>A model of characters has no token that begins a text; a line break, after which one may begin, stands in for it.</summary>
    private static bool CanBegin(string prompt, Tokenizer tokenizer) =>
        prompt.Length > 0 || tokenizer.BeginOfText is not null || tokenizer.EndOfText is not null || tokenizer.Id("\n") is null;
}
