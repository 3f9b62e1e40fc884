using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;

namespace Grimoire.Models;

/// <summary>
/// Guesses what a model will say by asking a smaller one of the same vocabulary, token by token for all sequences at once (Leviathan et al. 2023,
/// arXiv:2211.17192; Chen et al. 2023, arXiv:2302.01318).
/// </summary>
internal sealed class DraftModel(Transformer model, Kernels kernels)
{
    private const int Chunk = 512;

    private readonly Workspace workspace = new(kernels);
    private readonly Batch batch = new();
    private readonly List<Continuation> asked = [];
    private readonly Sampler sampler = new();
    private Pass? pass;

    /// <summary>A language model that may guess for another.</summary>
    /// <exception cref="GrimoireException">Its tokens are not the other's, or it has no logits.</exception>
    public static Transformer Of(LanguageModel model, LanguageModel draft)
    {
        if (!draft.Config.Head || !draft.Config.Causal)
            throw new GrimoireException($"the draft model cannot guess: {draft.Config.WithoutLogits()}");
        int common = Math.Min(model.Tokenizer.VocabularySize, draft.Tokenizer.VocabularySize);
        for (int id = 0; id < common; id++)
        {
            (string own, string other) = (model.Tokenizer.Piece(id), draft.Tokenizer.Piece(id));
            if (own == other)
                continue;
            throw new GrimoireException(
                $"the draft model has another vocabulary: token {id} is {own.Quoted()} to the model and {other.Quoted()} to the draft; " +
                "choose a draft of the same family.");
        }

        return draft.Transformer;
    }

    /// <summary>Adds guesses to the sequences that have room for some.</summary>
    /// <exception cref="OperationCanceledException">The work was cancelled; guesses made so far stay.</exception>
    public void Guess(ReadOnlySpan<Continuation> sequences, CancellationToken cancellation)
    {
        asked.Clear();
        foreach (Continuation sequence in sequences)
        {
            if (Follows(sequence))
                asked.Add(sequence);
        }

        while (asked.Count > 0)
        {
            Draw(Read(cancellation));
            for (int i = asked.Count - 1; i >= 0; i--)
            {
                if (!Follows(asked[i]))
                    asked.RemoveAt(i);
            }
        }
    }

    /// <summary>Whether a sequence is to be guessed at, and this model can read it.</summary>
    private bool Follows(Continuation sequence) =>
        sequence.GuessRoom > 0 && sequence.Foreseen.Length < model.Config.Context && !sequence.Tokens.ContainsAnyExceptInRange(0, model.Config.Vocabulary - 1);

    /// <summary>The logits behind each sequence and its guesses. A long text is read in pieces.</summary>
    private Tensor Read(CancellationToken cancellation)
    {
        while (true)
        {
            workspace.Reset();
            batch.Clear();
            bool complete = true;
            foreach (Continuation sequence in asked)
            {
                PromptCache cache = sequence.DraftCache(model.Config);
                ReadOnlySpan<int> unread = sequence.Foreseen[cache.Rewind(sequence.Foreseen)..];
                complete &= unread.Length <= Chunk;
                batch.Add(unread[..Math.Min(unread.Length, Chunk)], cache.KeyValues);
            }

            if (pass is null)
                pass = model.Begin(workspace, batch);
            else
                pass.Restart();
            pass.Cancellation = cancellation;
            Tensor hidden = model.Stream(pass, model.Embed(pass));
            for (int i = 0; i < asked.Count; i++)
                asked[i].DraftCache(model.Config).Note(batch.Tokens.Slice(batch.Sequences[i].Start, batch.Sequences[i].Length));
            if (complete)
                return model.UnembedLast(pass, hidden);
        }
    }

    private void Draw(Tensor logits)
    {
        Span<float> rows = logits.Span<float>();
        for (int i = 0; i < asked.Count; i++)
            asked[i].Guess(rows.Slice(i * model.Config.Vocabulary, model.Config.Vocabulary), sampler);
    }
}
