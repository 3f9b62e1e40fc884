using System.Runtime.InteropServices;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// Continues any number of sequences of token ids at once, one token each per step. Sequences may join between steps and leave when they
/// end. A sequence's tokens do not depend on its company, up to the rounding of the kernels. What prompts begin with alike is read once. Once
/// warm, a step allocates no managed memory but what was asked for. A loop belongs to one thread at a time.
/// </summary>
/// <remarks>
/// Where tokens are guessed (<see cref="GenerationOptions.Lookup"/>, or a draft model) a pass reads a sequence's last token and the guesses behind it, and the
/// logits at all these places serve this step and, as long as the guesses come true, the next ones. What is drawn is distributed as it would be without.
/// </remarks>
/// <param name="model">The model.</param>
/// <param name="kernels">What computes.</param>
/// <param name="chunk">The most rows of a pass: longer prompts are read in several steps, beside the others' next tokens.</param>
/// <param name="draft">A smaller model of the same vocabulary that guesses what comes next; null for none.</param>
public sealed class DecodingLoop(Transformer model, Kernels kernels, int chunk = 512, Transformer? draft = null)
{
    /// <summary>To copy fewer tokens than this from another sequence is not worth waiting for it.</summary>
    private const int LeastShared = 16;

    private readonly Workspace workspace = new(kernels);
    private readonly Batch batch = new();
    private readonly List<Continuation> running = [], reading = [];
    private readonly List<int> places = [];
    private readonly Sampler sampler = new();
    private readonly Candidates candidates = new();
    private readonly DraftModel? drafter = draft is null ? null : new DraftModel(draft, kernels);
    private Pass? pass;

    /// <summary>The sequences that have not ended.</summary>
    public ReadOnlySpan<Continuation> Running => CollectionsMarshal.AsSpan(running);

    /// <summary>Lets a sequence join.</summary>
    /// <param name="prompt">At least one token id; the model reads these first.</param>
    /// <param name="options">How to go on; the stop strings are not looked at here.</param>
    /// <param name="cache">What was read before; it must not be in use by another sequence. Null to begin afresh.</param>
    /// <exception cref="GrimoireException">The prompt is empty, not of this vocabulary or longer than the context; or an option is out of range.</exception>
    public Continuation Start(ReadOnlySpan<int> prompt, GenerationOptions options, PromptCache? cache = null)
    {
        if (prompt.Length > model.Config.Context && !options.Slide)
        {
            throw new GrimoireException(
                $"the prompt of {prompt.Length} tokens is longer than the model's context of {model.Config.Context}; shorten it, or let the context slide.");
        }

        var continuation = new Continuation(prompt, options, model.Config, cache);
        if (continuation.Stop is null)
            running.Add(continuation);
        return continuation;
    }

    /// <summary>
    /// Reads the next piece of what each sequence has not read yet; those that have read all get one more token. Returns whether any
    /// sequence goes on.
    /// </summary>
    /// <param name="cancellation">Ends the step between two blocks; no sequence then has got further, and the next step reads the same again.</param>
    /// <exception cref="OperationCanceledException">The step was cancelled.</exception>
    public bool Step(CancellationToken cancellation = default)
    {
        DropEnded();
        if (running.Count == 0)
            return false;
        Guess(cancellation);
        Tensor? logits = Read(cancellation);
        for (int i = 0; i < running.Count; i++)
        {
            if (running[i].IsWaiting)
                running[i].Take(sampler, candidates);
        }

        if (logits is not null)
            Append(logits);
        DropEnded();
        return running.Count > 0;
    }

    /// <summary>Sends all sequences away and forgets them.</summary>
    public void Clear()
    {
        running.Clear();
        batch.Clear();
    }

    /// <summary>Guesses what follows the sequences that are about to read their last token.</summary>
    private void Guess(CancellationToken cancellation)
    {
        bool any = false;
        int most = (chunk - running.Count) / running.Count, before = model.VirtualTokens?.Count ?? 0, original = model.Rotation?.Original ?? int.MaxValue;
        for (int i = 0; i < running.Count; i++)
            any |= running[i].LookUp(most, before, original, drafter is not null);
        if (any)
            drafter?.Guess(Running, cancellation);
    }

    /// <summary>One pass of the sequences whose next logits are not there yet; the logits that were computed, or null where none are needed.</summary>
    private Tensor? Read(CancellationToken cancellation)
    {
        Fill();
        if (reading.Count == 0)
            return null;
        if (pass is null)
            pass = model.Begin(workspace, batch);
        else
            pass.Restart();
        pass.Cancellation = cancellation;
        Tensor hidden = model.Stream(pass, model.Embed(pass));
        ReadOnlySpan<Batch.Sequence> sequences = batch.Sequences;
        for (int i = 0; i < sequences.Length; i++)
            reading[i].Cache.Note(batch.Tokens.Slice(sequences[i].Start, sequences[i].Length));
        return places.Count == 0 ? null : model.Unembed(hidden, CollectionsMarshal.AsSpan(places));
    }

    /// <summary>What the next pass reads, and at which places logits are needed.</summary>
    private void Fill()
    {
        workspace.Reset();
        batch.Clear();
        reading.Clear();
        places.Clear();
        int room = chunk - running.Count;
        foreach (Continuation sequence in running)
            room -= sequence.Guessed;
        for (int i = 0; i < running.Count; i++)
        {
            Continuation sequence = running[i];
            if (sequence.IsWaiting || WaitsForAnother(i))
                continue;
            ReadOnlySpan<int> unread = sequence.Unread;
            int rows = Math.Min(unread.Length, 1 + Math.Max(room, 0));
            room -= rows - 1;
            bool complete = rows == unread.Length;
            batch.Add(complete ? sequence.UnreadAndGuessed : unread[..rows], sequence.Cache.KeyValues);
            reading.Add(sequence);
            for (int place = batch.Count - sequence.Guessed - 1; complete && place < batch.Count; place++)
                places.Add(place);
        }
    }

    /// <summary>
    /// Copies what an earlier sequence has read that this one has to read too; or says that it is worth waiting, since the earlier one is about to read it.
    /// </summary>
    private bool WaitsForAnother(int index)
    {
        Continuation sequence = running[index];
        for (int i = 0; i < index && sequence.Unread.Length > LeastShared; i++)
        {
            int shared = sequence.Alike(running[i]);
            if (shared < sequence.Cache.KeyValues.Length + LeastShared)
                continue;
            if (running[i].Cache.KeyValues.Length < shared)
                return true;
            sequence.CopyBeginning(running[i]);
        }

        return false;
    }

    private void Append(Tensor logits)
    {
        int vocabulary = model.Config.Vocabulary, row = 0;
        Span<float> rows = logits.Span<float>();
        foreach (Continuation sequence in reading)
        {
            if (!sequence.Unread.IsEmpty)
                continue;
            int count = 1 + sequence.Guessed;
            sequence.Append(rows.Slice(row * vocabulary, count * vocabulary), sampler, candidates);
            row += count;
        }
    }

    private void DropEnded()
    {
        for (int i = running.Count - 1; i >= 0; i--)
        {
            if (running[i].Stop is not null)
                running.RemoveAt(i);
        }
    }
}
