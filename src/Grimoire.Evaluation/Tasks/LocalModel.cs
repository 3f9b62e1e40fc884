using System.Text.Json.Nodes;
using Grimoire.Evaluation.Likelihoods;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tasks;

/// <summary>A Grimoire model to be evaluated.</summary>
public sealed class LocalModel : TaskModel
{
    private readonly LanguageModel model;
    private readonly string? format;
    private readonly LikelihoodEngine engine;
    private readonly PromptAnswers answers;
    private readonly TextBoundaries boundaries;
    private readonly Lazy<string> fingerprint;
    private readonly Lazy<ChatTemplate> template;
    private readonly Lazy<string> lead;
    private readonly int[] stops;

    /// <summary>Opens a model for evaluation.</summary>
    /// <param name="model">The model.</param>
    /// <param name="kernels">What computes.</param>
    /// <param name="name">What to call it.</param>
    /// <param name="format">How conversations are written, as in <see cref="ChatFormat.Of"/>.</param>
    /// <param name="batchTokens">The rows of a pass of scoring.</param>
    /// <param name="atOnce">The most answers at once.</param>
    /// <exception cref="GrimoireException">The model has no logits.</exception>
    public LocalModel(
        LanguageModel model, Kernels kernels, string name, string? format = null, int batchTokens = LikelihoodEngine.DefaultBatchTokens, int atOnce = 64)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!model.Config.Causal || !model.Config.Head)
            throw new GrimoireException($"{name}: a {model.Config.Family} model without a next token cannot do tasks; take a model that continues texts.");
        (this.model, this.format, Name) = (model, format, name);
        engine = new LikelihoodEngine(model.Transformer, kernels, batchTokens);
        answers = new PromptAnswers(model, kernels, atOnce);
        boundaries = new TextBoundaries(model.Tokenizer, model.Config.Context);
        fingerprint = new Lazy<string>(() => ModelFingerprint.Of(model) + (format is null ? "" : "/" + format));
        template = new Lazy<ChatTemplate>(() => ChatFormat.Of(model, format)
            ?? throw new GrimoireException("a chat format is needed to put a question as one turn; give another than none."));
        lead = new Lazy<string>(() => Lead(template.Value));
        stops = [.. model.Tokenizer.StopIds.Union(model.Defaults.StopTokens)];
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Fingerprint => fingerprint.Value;

    /// <inheritdoc/>
    public override bool Chats => format is not (null or ChatFormat.None) || (format is null && model.ChatTemplate is not null);

    /// <inheritdoc/>
    public override void Score(IReadOnlyList<ContinuationRequest> requests, Action<int, ContinuationScore> done, CancellationToken cancellation = default) =>
        Score([.. requests.Select(Encode)], done, cancellation);

    /// <inheritdoc/>
    public override void ScoreTexts(IReadOnlyList<string> requests, Action<int, ContinuationScore> done, CancellationToken cancellation = default) =>
        Score([.. requests.Select(boundaries.Whole)], done, cancellation);

    /// <inheritdoc/>
    public override void Generate(IReadOnlyList<GenerateRequest> requests, Action<int, GeneratedAnswer> done, CancellationToken cancellation = default) =>
        answers.Answer([.. requests.Select(Encode)], done, cancellation);

    /// <inheritdoc/>
    public override (IReadOnlyList<string> Context, IReadOnlyList<string> Continuation)? Pieces(ContinuationRequest request)
    {
        if (request.Continuation.Length == 0)
            return (Pieces(Prompt(request.Context, request.Chat)), []);
        (int[] context, int[] continuation) = Encode(request);
        LikelihoodRequest last = boundaries.Windows(context, continuation, model.Config.Context).Last();
        return (Pieces(last.Context), Pieces(last.Continuation));
    }

    private string[] Pieces(int[] ids) => [.. ids.Select(model.Tokenizer.Piece)];

    /// <summary>A text that takes several windows is scored when the last of them is.</summary>
    private void Score((int[] Context, int[] Continuation)[] texts, Action<int, ContinuationScore> done, CancellationToken cancellation)
    {
        var windows = texts.SelectMany((text, index) =>
            boundaries.Windows(text.Context, text.Continuation, model.Config.Context).Select(window => (Window: window, Text: index))).ToArray();
        int[] left = new int[texts.Length];
        foreach ((_, int text) in windows)
            left[text]++;
        var found = new Likelihood[windows.Length];
        ILookup<int, int> ofText = Enumerable.Range(0, windows.Length).ToLookup(window => windows[window].Text);
        foreach (int empty in Enumerable.Range(0, texts.Length).Where(text => left[text] == 0))
            done(empty, new ContinuationScore(0, 0, true));
        engine.Score([.. windows.Select(window => window.Window)], (index, likelihood) =>
        {
            found[index] = likelihood;
            int text = windows[index].Text;
            if (--left[text] == 0)
                done(text, Sum(ofText[text].Select(window => found[window])));
        }, cancellation);
    }

    private static ContinuationScore Sum(IEnumerable<Likelihood> windows)
    {
        double sum = 0;
        int tokens = 0;
        bool greedy = true;
        foreach (Likelihood window in windows)
        {
            sum += window.LogProbability;
            tokens += window.Tokens;
            greedy &= window.IsGreedy;
        }

        return new ContinuationScore(sum, tokens, greedy);
    }

    private (int[] Context, int[] Continuation) Encode(ContinuationRequest request) => request.Chat
        ? (Turn(request.Context), Answered(request.Continuation))
        : boundaries.Part(request.Context, request.Continuation);

    /// <summary>A prompt that leaves no room for the answer loses its beginning, but never more than half of the context.</summary>
    private EncodedPrompt Encode(GenerateRequest request)
    {
        int[] ids = request.Chat ? [.. Turn(request.Prompt), .. Answered(request.Begun)] : Prompt(request.Prompt + request.Begun, chat: false);
        int context = model.Config.Context, room = Math.Max(context - request.MaxTokens, context / 2);
        return new EncodedPrompt(ids.Length > room ? ids[^room..] : ids, new GenerationOptions
        {
            MaxTokens = request.MaxTokens,
            StopTokens = stops,
            StopStrings = request.Stop,
            Sampling = new SamplingOptions { Temperature = request.Temperature, TopP = request.TopP, Seed = request.Seed },
        });
    }

    private int[] Prompt(string text, bool chat)
    {
        int[] ids = chat ? Turn(text) : model.Tokenizer.Encode(text, addSpecial: true);
        return ids.Length > 0 ? ids : [boundaries.Prefix];
    }

    private int[] Turn(string text) =>
        template.Value.EncodePrompt(model.Tokenizer, new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text.Trim() }));

    /// <summary>What an answer says, behind the white space with which the format begins it, unless it brings its own.</summary>
    private int[] Answered(string text) => text.Length == 0 ? []
        : model.Tokenizer.EncodeContinuation(text.StartsWith(lead.Value, StringComparison.Ordinal) ? text : lead.Value + text);

    /// <summary>
    /// The white space between the words that call for an answer and the answer: <c>Assistant:</c> and then a space, a line break, or nothing.
    /// </summary>
    private static string Lead(ChatTemplate template)
    {
        JsonObject Said(string role) => new() { ["role"] = role, ["content"] = "x" };
        try
        {
            JsonObject marks = new() { ["bos_token"] = "", ["eos_token"] = "" };
            string asked = template.Render([Said("user")], addGenerationPrompt: true, variables: marks),
                answered = template.Render([Said("user"), Said("assistant")], variables: marks);
            int at = answered.StartsWith(asked, StringComparison.Ordinal) ? answered.IndexOf('x', asked.Length) : -1;
            string between = at < 0 ? "" : answered[asked.Length..at];
            return string.IsNullOrWhiteSpace(between) ? between : "";
        }
        catch (GrimoireException)
        {
            return ""; // a format that wants other conversations
        }
    }
}
