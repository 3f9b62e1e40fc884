using Grimoire.Evaluation.Tasks;

namespace Grimoire.Evaluation.Hallucinations;

/// <summary>A question with all that a model said to it.</summary>
/// <param name="question">The question.</param>
/// <param name="greedy">The answer that is judged: the likeliest token each time.</param>
/// <param name="samples">Answers drawn to the same question.</param>
/// <param name="reworded">Greedy answers to the question in other words.</param>
public sealed class ProbedAnswer(FactQuestion question, GeneratedAnswer greedy, IReadOnlyList<GeneratedAnswer> samples, IReadOnlyList<GeneratedAnswer> reworded)
{
    /// <summary>The question.</summary>
    public FactQuestion Question => question;

    /// <summary>The answer that is judged.</summary>
    public GeneratedAnswer Greedy => greedy;

    /// <summary>Answers drawn to the same question.</summary>
    public IReadOnlyList<GeneratedAnswer> Samples => samples;

    /// <summary>Greedy answers to the question in other words.</summary>
    public IReadOnlyList<GeneratedAnswer> Reworded => reworded;

    /// <summary>What became of the question.</summary>
    public AnswerOutcome Outcome { get; } = question.Judge(greedy.Text);

    /// <summary>What the judged answer means.</summary>
    public string Meaning { get; } = question.Meaning(greedy.Text);

    /// <summary>What each of the samples means.</summary>
    public IReadOnlyList<string> SampleMeanings { get; } = [.. samples.Select(sample => question.Meaning(sample.Text))];

    /// <summary>What the answers to other wordings mean.</summary>
    public IReadOnlyList<string> RewordedMeanings { get; } = [.. reworded.Select(answer => question.Meaning(answer.Text))];

    /// <summary>Asks a model all questions.</summary>
    /// <param name="model">The model; where it has a chat format, a question is a turn of a conversation.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="settings">How to ask.</param>
    /// <param name="progress">Takes the share that is done.</param>
    /// <param name="cancellation">Ends the work soon.</param>
    /// <exception cref="GrimoireException">A question cannot be put.</exception>
    public static IReadOnlyList<ProbedAnswer> Ask(
        TaskModel model, IReadOnlyList<FactQuestion> questions, HallucinationSettings settings, Action<double>? progress = null,
        CancellationToken cancellation = default)
    {
        GenerateRequest[] requests = [.. questions.SelectMany(question => Requests(question, settings, model.Chats))];
        var answers = new GeneratedAnswer[requests.Length];
        int told = 0;
        model.Generate(requests, (index, answer) =>
        {
            answers[index] = answer;
            progress?.Invoke(++told / (double)requests.Length);
        }, cancellation);
        var probed = new List<ProbedAnswer>();
        int at = 0;
        foreach (FactQuestion question in questions)
        {
            int samples = at + 1, reworded = samples + settings.Samples, end = reworded + question.Wordings.Count;
            probed.Add(new ProbedAnswer(question, answers[at], answers[samples..reworded], answers[reworded..end]));
            at = end;
        }

        return probed;
    }

    /// <summary>The question once greedily, several times drawn, and once in each other wording.</summary>
    private static IEnumerable<GenerateRequest> Requests(FactQuestion question, HallucinationSettings settings, bool chat)
    {
        var greedy = new GenerateRequest(question.Prompt) { Chat = chat, Stop = settings.Stop, MaxTokens = settings.MaxTokens };
        ulong seed = TextSeed.Of(settings.Seed, question.Id);
        return Enumerable.Range(0, settings.Samples).Select(sample => greedy with { Temperature = settings.Temperature, Seed = seed + (ulong)sample })
            .Prepend(greedy).Concat(question.Wordings.Select(wording => greedy with { Prompt = wording }));
    }
}
