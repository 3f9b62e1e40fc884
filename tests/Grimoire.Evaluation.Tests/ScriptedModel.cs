using Grimoire.Evaluation.Tasks;

namespace Grimoire.Evaluation;

/// <summary>A model that says what a function says it says; each character is a token, and one more ends the text.</summary>
internal sealed class ScriptedModel(Func<GenerateRequest, string> say) : TaskModel
{
    public List<GenerateRequest> Asked { get; } = [];

    public override string Name => "scripted";

    public override string Fingerprint => "scripted";

    public override bool Chats => true;

    public override void Score(IReadOnlyList<ContinuationRequest> requests, Action<int, ContinuationScore> done, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override void ScoreTexts(IReadOnlyList<string> requests, Action<int, ContinuationScore> done, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override void Generate(IReadOnlyList<GenerateRequest> requests, Action<int, GeneratedAnswer> done, CancellationToken cancellation = default)
    {
        Asked.AddRange(requests);
        // Backwards, because no order is promised.
        for (int i = requests.Count - 1; i >= 0; i--)
            done(i, Answer(requests[i]));
    }

    private GeneratedAnswer Answer(GenerateRequest request)
    {
        string text = say(request);
        (int at, string? stop) = request.Stop.Select(stop => (At: text.IndexOf(stop, StringComparison.Ordinal), (string?)stop)).Where(found => found.At >= 0)
            .DefaultIfEmpty((text.Length, null)).MinBy(found => found.Item1);
        bool ended = at + 1 <= request.MaxTokens;
        int tokens = ended ? at + 1 : request.MaxTokens;
        return new GeneratedAnswer(text[..Math.Min(at, tokens)], tokens, request.Prompt.Length, ended)
        {
            StoppedBy = ended ? stop : null,
            LogProbabilities = [.. Enumerable.Repeat(-0.5f, tokens)],
            Entropies = [.. Enumerable.Repeat(0.25f, tokens)],
        };
    }
}
