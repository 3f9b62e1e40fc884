using System.Runtime.InteropServices;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// Continues any number of sequences of token ids at once, one token each per step. Sequences may join between steps and leave when they
/// end. A sequence's tokens do not depend on its company, up to the rounding of the kernels. Once warm, a step allocates no managed memory
/// but what was asked for. A loop belongs to one thread at a time.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="kernels">What computes.</param>
/// <param name="chunk">The most rows of a pass: longer prompts are read in several steps, beside the others' next tokens.</param>
public sealed class DecodingLoop(Transformer model, Kernels kernels, int chunk = 512)
{
    private readonly Workspace workspace = new(kernels);
    private readonly Batch batch = new();
    private readonly List<Continuation> running = [];
    private readonly Sampler sampler = new();
    private readonly Candidates candidates = new();
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
        if (Read(cancellation) is { } logits)
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

    /// <summary>One pass; the logits of each sequence's last row, or null where none is needed yet.</summary>
    private Tensor? Read(CancellationToken cancellation)
    {
        workspace.Reset();
        batch.Clear();
        int room = chunk - running.Count;
        bool complete = false;
        foreach (Continuation sequence in running)
        {
            ReadOnlySpan<int> unread = sequence.Unread;
            int rows = Math.Min(unread.Length, 1 + Math.Max(room, 0));
            room -= rows - 1;
            complete |= rows == unread.Length;
            batch.Add(unread[..rows], sequence.Cache.KeyValues);
        }

        if (pass is null)
            pass = model.Begin(workspace, batch);
        else
            pass.Restart();
        pass.Cancellation = cancellation;
        Tensor? logits = null;
        if (complete)
            logits = model.ForwardLast(pass);
        else
            model.Stream(pass, model.Embed(pass));
        Note();
        return logits;
    }

    /// <summary>The caches' tokens keep up with their keys and values.</summary>
    private void Note()
    {
        ReadOnlySpan<Batch.Sequence> sequences = batch.Sequences;
        for (int i = 0; i < sequences.Length; i++)
            running[i].Cache.Note(batch.Tokens.Slice(sequences[i].Start, sequences[i].Length));
    }

    private void Append(Tensor logits)
    {
        int vocabulary = model.Config.Vocabulary;
        Span<float> rows = logits.Span<float>();
        for (int i = 0; i < running.Count; i++)
        {
            if (running[i].Unread.IsEmpty)
                running[i].Append(rows.Slice(i * vocabulary, vocabulary), sampler, candidates);
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
