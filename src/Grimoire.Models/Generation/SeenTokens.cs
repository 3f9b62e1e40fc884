namespace Grimoire.Models;

/// <summary>The tokens a text has used so far, for the penalties on repeating them.</summary>
public sealed class SeenTokens
{
    private readonly bool[] seen;
    private readonly int[] generated;
    private readonly List<int> distinct;

    /// <summary>Nothing seen yet.</summary>
    public SeenTokens(int vocabulary)
    {
        seen = new bool[vocabulary];
        generated = new int[vocabulary];
        distinct = new List<int>(Math.Min(vocabulary, 4096));
    }

    /// <summary>Counts the tokens of a prompt: they fall under the repetition penalty only.</summary>
    public void AddPrompt(ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
            Note(token);
    }

    /// <summary>Counts a generated token.</summary>
    public void AddGenerated(int token)
    {
        Note(token);
        generated[token]++;
    }

    /// <summary>Lowers the logits <c>[vocabulary]</c> of the tokens seen, each once however often it occurred.</summary>
    public void Penalise(Span<float> logits, SamplingOptions options)
    {
        float repetition = (float)options.RepetitionPenalty;
        foreach (int token in distinct)
        {
            float logit = logits[token];
            logit = logit > 0 ? logit / repetition : logit * repetition;
            if (generated[token] is var count and > 0)
                logit -= (float)((options.FrequencyPenalty * count) + options.PresencePenalty);
            logits[token] = logit;
        }
    }

    private void Note(int token)
    {
        if (seen[token])
            return;
        seen[token] = true;
        distinct.Add(token);
    }
}
