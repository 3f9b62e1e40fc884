using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training.Rollouts;

/// <summary>
/// Answers prompts, each several times, with all sequences in one batch. A group's prompt is read once and its keys and values are copied.
/// Answer j to prompt i draws with its own hash of (seed, i, j). The model's weights may change between calls.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="kernels">What computes.</param>
/// <param name="atOnce">The most sequences at once: the memory for keys and values is that of so many.</param>
public sealed class AnswerSampler(Transformer model, Kernels kernels, int atOnce = 256)
{
    private readonly DecodingLoop loop = new(model, kernels);
    private readonly Stack<PromptCache> spare = [];
    private readonly int limit = atOnce >= 1 ? atOnce : throw new ArgumentOutOfRangeException(nameof(atOnce));

    /// <summary>Draws the answers: those to prompt i are entries i · perPrompt and following.</summary>
    /// <param name="prompts">Token ids, at least one a prompt.</param>
    /// <param name="perPrompt">Answers to each.</param>
    /// <param name="options">How to draw; scores are always taken, and stop strings are not looked at.</param>
    /// <param name="seed">Same seed, same answers.</param>
    /// <param name="cancellation">Ends the work within one token.</param>
    /// <exception cref="GrimoireException">A prompt is empty or leaves no room for an answer in the model's context, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public IReadOnlyList<Answer> Sample(
        IReadOnlyList<int[]> prompts, int perPrompt, GenerationOptions options, ulong seed, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perPrompt, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxTokens, 1);
        if (prompts.FirstOrDefault(prompt => prompt.Length >= model.Config.Context) is { } full)
            throw new GrimoireException(
                $"a prompt of {full.Length} tokens leaves no room for an answer in the model's context of {model.Config.Context}; leave it out.");
        loop.Clear();
        var work = new Work(this, prompts, perPrompt, options with { Scores = true }, seed);
        while (work.Admit())
        {
            loop.Step(cancellation);
            work.Collect();
        }

        return work.Answers;
    }

    /// <summary>A sequence under way.</summary>
    private sealed class Draft(int index, Continuation sequence, PromptCache cache)
    {
        private readonly List<float> logProbabilities = [], entropies = [];

        public int Index => index;

        public PromptCache Cache => cache;

        public bool HasBegun => logProbabilities.Count > 0;

        public bool IsDone => sequence.Stop is not null;

        public Answer Whole => new([.. sequence.Generated], sequence.Stop == StopReason.StopToken, [.. logProbabilities], [.. entropies]);

        /// <summary>Takes the score of the token of the step just done, if there was one.</summary>
        public void Note()
        {
            if (sequence.Generated.Length == logProbabilities.Count || sequence.Score is not { } score)
                return;
            logProbabilities.Add((float)score.LogProbability);
            entropies.Add((float)score.Entropy);
        }
    }

    /// <summary>The answers to one prompt of which some have not begun; the first of them reads the prompt.</summary>
    private sealed class Group(int prompt, Draft first)
    {
        public int Prompt => prompt;

        public Draft First => first;

        public int Begun { get; set; } = 1;
    }

    /// <summary>The state of one call.</summary>
    private sealed class Work(AnswerSampler owner, IReadOnlyList<int[]> prompts, int perPrompt, GenerationOptions options, ulong seed)
    {
        private readonly List<Draft> running = [];
        private readonly List<Group> open = [];
        private int next;

        public Answer[] Answers { get; } = new Answer[prompts.Count * perPrompt];

        private bool HasRoom => running.Count < owner.limit;

        /// <summary>
        /// Fills the free places: first with further answers to prompts that were read, then, keeping places for those to come, with new
        /// prompts. False once all is done.
        /// </summary>
        public bool Admit()
        {
            foreach (Group group in open.Where(group => group.First.HasBegun))
            {
                for (; group.Begun < perPrompt && HasRoom; group.Begun++)
                {
                    PromptCache cache = owner.Cache();
                    cache.CopyFrom(group.First.Cache);
                    Start(group.Prompt, group.Begun, cache);
                }
            }

            foreach (Group group in open.Where(group => group.Begun == perPrompt && group.First.IsDone))
                owner.spare.Push(group.First.Cache);
            open.RemoveAll(group => group.Begun == perPrompt);
            while (next < prompts.Count && running.Count + open.Sum(group => perPrompt - group.Begun) < owner.limit)
            {
                PromptCache cache = owner.Cache();
                cache.Clear();
                open.Add(new Group(next, Start(next, 0, cache)));
                next++;
            }

            return running.Count + open.Count > 0;
        }

        /// <summary>Takes the tokens of a step and lets go of what has ended; a prompt that is yet to be copied stays.</summary>
        public void Collect()
        {
            foreach (Draft draft in running)
            {
                draft.Note();
                if (!draft.IsDone)
                    continue;
                Answers[draft.Index] = draft.Whole;
                if (!open.Exists(group => group.First == draft))
                    owner.spare.Push(draft.Cache);
            }

            running.RemoveAll(draft => draft.IsDone);
        }

        private Draft Start(int prompt, int member, PromptCache cache)
        {
            SamplingOptions sampling = options.Sampling with { Seed = CountedRandom.Bits(seed, (ulong)prompt, (ulong)member) };
            var draft = new Draft((prompt * perPrompt) + member, owner.loop.Start(prompts[prompt], options with { Sampling = sampling }, cache), cache);
            running.Add(draft);
            return draft;
        }
    }

    private PromptCache Cache() => spare.TryPop(out PromptCache? cache) ? cache : new PromptCache(model.Config);
}
