using System.Text;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tasks;

/// <summary>A prompt of token ids and how it is continued.</summary>
/// <param name="Ids">The prompt.</param>
/// <param name="Options">How to go on, stop strings among it.</param>
internal sealed record EncodedPrompt(int[] Ids, GenerationOptions Options);

/// <summary>
/// Answers prompts with many sequences in one batch; one that ends makes room for the next. Prompts that begin alike, as with the same few shots or several
/// answers to one, are read once up to where they part.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="kernels">What computes.</param>
/// <param name="atOnce">The most sequences at once.</param>
internal sealed class PromptAnswers(LanguageModel model, Kernels kernels, int atOnce)
{
    private const int WorthSharing = 32;
    private readonly DecodingLoop loop = new(model.Transformer, kernels);
    private readonly Stack<PromptCache> spare = [];

    /// <summary>Answers all prompts and tells each answer as soon as it is whole.</summary>
    public void Answer(IReadOnlyList<EncodedPrompt> prompts, Action<int, GeneratedAnswer> done, CancellationToken cancellation)
    {
        loop.Clear();
        Queue<Family> waiting = new(Families(prompts));
        List<Family> open = [];
        List<Draft> running = [];
        while (Admit(prompts, waiting, open, running))
        {
            loop.Step(cancellation);
            foreach (Draft draft in running)
                draft.Take();
            foreach (Draft draft in running.Where(draft => draft.IsDone))
                done(draft.Index, draft.Whole());
            foreach (Draft draft in running.Where(draft => draft.IsDone && !open.Exists(family => family.First == draft)))
                spare.Push(draft.Cache);
            running.RemoveAll(draft => draft.IsDone);
        }
    }

    /// <summary>Prompts that begin as their first one does; it reads the prompt, and the others go on from there.</summary>
    private sealed class Family(Queue<int> members)
    {
        public Queue<int> Members => members;

        public Draft? First { get; set; }
    }

    private static IEnumerable<Family> Families(IReadOnlyList<EncodedPrompt> prompts)
    {
        int[] order = [.. Enumerable.Range(0, prompts.Count)];
        Array.Sort(order, (a, b) => prompts[a].Ids.AsSpan().SequenceCompareTo(prompts[b].Ids) is not 0 and var differs ? differs : a.CompareTo(b));
        Queue<int> members = [];
        foreach (int index in order)
        {
            if (members.Count > 0 && prompts[members.Peek()].Ids.AsSpan().CommonPrefixLength(prompts[index].Ids) < Math.Min(WorthSharing,
                prompts[index].Ids.Length))
            {
                yield return new Family(members);
                members = [];
            }

            members.Enqueue(index);
        }

        if (members.Count > 0)
            yield return new Family(members);
    }

    /// <summary>Fills the free places: first with those whose family has read its prompt, then with new families. False once all is done.</summary>
    private bool Admit(IReadOnlyList<EncodedPrompt> prompts, Queue<Family> waiting, List<Family> open, List<Draft> running)
    {
        foreach (Family family in open.Where(family => family.First!.HasBegun))
        {
            while (family.Members.Count > 0 && running.Count < atOnce)
                running.Add(Start(prompts, family.Members.Dequeue(), family.First!.Cache));
        }

        foreach (Family family in open.Where(family => family.Members.Count == 0 && family.First!.IsDone))
            spare.Push(family.First!.Cache);
        open.RemoveAll(family => family.Members.Count == 0);
        while (waiting.Count > 0 && running.Count + open.Sum(family => family.Members.Count) < atOnce)
        {
            Family family = waiting.Dequeue();
            family.First = Start(prompts, family.Members.Dequeue(), null);
            running.Add(family.First);
            if (family.Members.Count > 0)
                open.Add(family);
        }

        return running.Count + open.Count > 0;
    }

    private Draft Start(IReadOnlyList<EncodedPrompt> prompts, int index, PromptCache? like)
    {
        PromptCache cache = spare.TryPop(out PromptCache? free) ? free : new PromptCache(model.Config);
        cache.Clear();
        if (like is not null)
            cache.CopyFrom(like);
        EncodedPrompt prompt = prompts[index];
        return new Draft(index, loop.Start(prompt.Ids, prompt.Options with { Scores = true }, cache), cache, model.Tokenizer, prompt.Options.StopStrings);
    }

    /// <summary>An answer under way.</summary>
    private sealed class Draft(int index, Continuation sequence, PromptCache cache, Tokenizer tokenizer, IReadOnlyList<string> stops)
    {
        private readonly int longestStop = stops.Count == 0 ? 0 : stops.Max(stop => stop.Length);
        private readonly StreamingDecoder decoder = tokenizer.CreateDecoder(continues: sequence.Tokens.ToArray().Any(id => !tokenizer.IsSpecial(id)));
        private readonly StringBuilder text = new();
        private readonly List<float> logProbabilities = [], entropies = [];
        private string? stoppedBy;

        public int Index => index;

        public PromptCache Cache => cache;

        public bool HasBegun => IsDone || sequence.Generated.Length > 0;

        public bool IsDone => sequence.Stop is not null;

        /// <summary>Takes the token of the step just done, if there was one, and ends at a stop string.</summary>
        public void Take()
        {
            if (sequence.Generated.Length == logProbabilities.Count || sequence.Score is not { } score)
                return;
            logProbabilities.Add((float)score.LogProbability);
            entropies.Add((float)score.Entropy);
            int before = text.Length;
            text.Append(sequence.Stop == StopReason.StopToken ? decoder.Flush() : decoder.Append(sequence.Generated[^1]));
            if (sequence.Stop == StopReason.Length)
                text.Append(decoder.Flush());
            Cut(Math.Max(0, before - longestStop));
        }

        public GeneratedAnswer Whole() => new(text.ToString(), sequence.Generated.Length, sequence.PromptTokens, sequence.Stop != StopReason.Length)
        {
            StoppedBy = stoppedBy,
            LogProbabilities = logProbabilities,
            Entropies = entropies,
        };

        private void Cut(int from)
        {
            if (stops.Count == 0)
                return;
            string end = text.ToString(from, text.Length - from);
            (int At, string Stop)[] found = [.. stops.Select(stop => (end.IndexOf(stop, StringComparison.Ordinal), stop)).Where(stop => stop.Item1 >= 0)];
            if (found.Length == 0)
                return;
            (int at, stoppedBy) = found.MinBy(stop => stop.At);
            text.Length = from + at;
            sequence.Stop = StopReason.StopString;
        }
    }
}
