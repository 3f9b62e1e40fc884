using Grimoire.Evaluation.Tasks;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Reasoning;

/// <summary>
/// Has a model write drafts to their end, all at once and turn by turn: it writes until it ends, calls the calculator or has used up its tokens; then what
/// helps it puts in its part, and it goes on. Tokens are counted where the model generates them: cues, results and "Wait" are read and not generated.
/// </summary>
/// <param name="model">What writes.</param>
/// <param name="task">The task.</param>
/// <param name="plan">Who helps.</param>
/// <param name="settings">Temperature and length.</param>
/// <param name="chat">Whether prompts are said by a user.</param>
internal sealed class DraftWriter(TaskModel model, TaskFile task, ReasoningPlan plan, ReasoningSettings settings, bool chat)
{
    private const int MostWaits = 16, ConcludingTokens = 32;
    private static readonly char[] Digits = [.. "0123456789"];

    /// <summary>The most tokens before an answer ends or, held to a budget, is asked for.</summary>
    private int Longest => plan.Most ?? (plan.HasBudget || plan.Cue == Cues.ChainOfThought ? Thinking : task.MaxTokens);

    private int Thinking => Math.Max(task.MaxTokens, Math.Max(settings.ThinkingTokens, plan.Least));

    /// <summary>Writes the drafts.</summary>
    public void Write(IReadOnlyList<Draft> drafts, CancellationToken cancellation)
    {
        for (Draft[] open; (open = [.. drafts.Where(draft => !draft.IsDone)]).Length > 0;)
        {
            IReadOnlyList<GeneratedAnswer> answers = model.Generate([.. open.Select(Request)], cancellation);
            for (int i = 0; i < open.Length; i++)
                Take(open[i], answers[i]);
        }
    }

    private GenerateRequest Request(Draft draft) => new(draft.Prompt)
    {
        Chat = chat,
        Begun = draft.Text,
        Stop = plan.Calculator ? [.. task.Stop, Calculator.Trigger] : task.Stop,
        MaxTokens = Left(draft),
        Temperature = plan.Samples > 1 ? plan.Temperature ?? settings.Temperature : 0,
        TopP = plan.Samples > 1 ? settings.TopP : 1,
        Seed = CountedRandom.Bits(draft.Seed, (ulong)draft.Turns),
    };

    private int Left(Draft draft) => Longest + (draft.IsConcluding ? ConcludingTokens : 0) - draft.Tokens;

    private void Take(Draft draft, GeneratedAnswer answer)
    {
        draft.Text += draft.EndsInResult ? answer.Text.TrimStart(Digits) : answer.Text;
        draft.EndsInResult = false;
        draft.Tokens += answer.Tokens;
        draft.Turns++;
        draft.Ended = answer.Ended;
        // A prompt that fills the context leaves no token to be made.
        bool isFull = answer.Tokens == 0 || Left(draft) <= 0;
        if (Calls(draft, answer))
        {
            Compute(draft);
            if (!isFull)
                return;
        }

        if (plan.HasBudget && !draft.IsConcluding)
            Hold(draft, isFull);
        else
            draft.IsDone = true;
    }

    private bool Calls(Draft draft, GeneratedAnswer answer) => plan.Calculator && answer.Ended
        && (answer.StoppedBy is { } stop ? stop == Calculator.Trigger : Calculator.Expression(draft.Text) is not null);

    private static void Compute(Draft draft)
    {
        string result = Calculator.Continue(draft.Text);
        draft.Text += result;
        draft.EndsInResult = result.Length > Calculator.Trigger.Length;
        draft.Results += draft.EndsInResult ? 1 : 0;
        draft.Ended = false;
    }

    /// <summary>Holds thinking to its budget: goes on where it ends too early, and asks for the answer where it does not end.</summary>
    private void Hold(Draft draft, bool isFull)
    {
        if (!draft.Ended && isFull && plan.Most is not null)
        {
            draft.Text += Cues.Of(task, Cues.Final);
            draft.IsConcluding = true;
        }
        else if (draft.Ended && !isFull && draft.Tokens < plan.Least && draft.Waits < MostWaits)
        {
            draft.Text = draft.Text.TrimEnd() + Cues.Of(task, Cues.Wait);
            draft.Waits++;
            draft.Ended = false;
        }
        else
        {
            draft.IsDone = true;
        }
    }
}
