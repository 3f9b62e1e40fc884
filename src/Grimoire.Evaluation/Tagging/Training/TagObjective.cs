using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training;
using Grimoire.Training.Data;

namespace Grimoire.Evaluation.Tagging;

/// <summary>Learns labels. The loss is −ln p of the labels, a word: ln of their number under a newborn head, with transitions or without.</summary>
/// <param name="tagger">The tagger; what of it requires gradients is trained.</param>
/// <param name="sentences">The sentences with their labels; each epoch has its own order, in which sentences of like length stand together.</param>
/// <param name="seed">Chooses the orders.</param>
/// <param name="batch">Sentences per pass.</param>
/// <param name="accumulate">Passes per step.</param>
public sealed class TagObjective(Tagger tagger, IReadOnlyList<TaggedSentence> sentences, ulong seed, int batch, int accumulate = 1) : Objective
{
    // Sorted by length are as many batches at a time as leave chance enough.
    private const int BatchesSorted = 32;

    private readonly (TagInput Input, int[] Labels)[] examples =
        [.. sentences.Select(sentence => (tagger.Encode(sentence), sentence.Labels.Select(tagger.Tags.Id).ToArray()))];

    private (long Epoch, int[][] Batches) order = (-1, []);

    /// <summary>Passes in which all sentences are seen once.</summary>
    public int PassesPerEpoch => (sentences.Count + batch - 1) / batch;

    /// <inheritdoc/>
    public override StepWork Prepare(TrainerState state, Workspace workspace)
    {
        var passes = new int[accumulate][];
        long pass = state.Step * accumulate;
        for (int i = 0; i < accumulate; i++)
        {
            (long epoch, long at) = Math.DivRem(pass + i, PassesPerEpoch);
            if (order.Epoch != epoch)
                order = (epoch, Order(epoch));
            passes[i] = order.Batches[at];
        }

        return new Work(tagger, [.. passes.Select(pass => pass.Select(i => examples[i]).ToArray())]);
    }

    /// <summary>The batches of an epoch: shuffled sentences, some batches at a time by length, and these batches in any order.</summary>
    private int[][] Order(long epoch)
    {
        ulong key = CountedRandom.Bits(seed, (ulong)epoch);
        var shuffle = new Permutation(examples.Length, key);
        int[][] batches =
        [
            .. Enumerable.Range(0, examples.Length).Select(i => (int)shuffle[i]).Chunk(batch * BatchesSorted)
                .SelectMany(some => some.OrderBy(i => examples[i].Input.Words).ThenBy(i => i).Chunk(batch)),
        ];
        var turns = new Permutation(batches.Length, ~key);
        return [.. Enumerable.Range(0, batches.Length).Select(i => batches[turns[i]])];
    }

    private sealed class Work(Tagger tagger, (TagInput Input, int[] Labels)[][] passes) : StepWork
    {
        public override int Passes => passes.Length;

        public override int Sequences { get; } = passes.Sum(pass => pass.Length);

        public override int Tokens { get; } = passes.Sum(pass => pass.Sum(example => example.Labels.Length));

        public override PassLoss Loss(int pass, Workspace workspace, PassOptions options)
        {
            Tensor scores = tagger.Scores(workspace, [.. passes[pass].Select(example => example.Input)], options);
            if (tagger.Transitions is { } transitions)
                return ChainLoss(passes[pass], scores, transitions, workspace);
            Tensor loss = Ops.Sum(Ops.CrossEntropy(scores, workspace.From([.. passes[pass].SelectMany(example => example.Labels)])));
            return new PassLoss(loss, 1f / Tokens, loss.Item() / Tokens);
        }

        private PassLoss ChainLoss((TagInput Input, int[] Labels)[] examples, Tensor scores, Tensor transitions, Workspace workspace)
        {
            int labels = tagger.Tags.Count;
            var chain = new LinearChain(labels, transitions.Span<float>());
            ReadOnlySpan<float> all = scores.Span<float>();
            var dscores = new float[all.Length];
            var dtransitions = new double[(labels + 2) * labels];
            double sum = 0;
            int at = 0;
            foreach ((_, int[] gold) in examples)
            {
                int size = gold.Length * labels;
                sum += chain.Loss(all.Slice(at, size), gold, dscores.AsSpan(at, size), dtransitions);
                at += size;
            }

            Tensor root = Ops.Sum(scores * workspace.From(scores.Shape, dscores));
            if (transitions.RequiresGrad)
                root += Ops.Sum(transitions * workspace.From(transitions.Shape, [.. dtransitions.Select(d => (float)d)]));
            return new PassLoss(root, 1f / Tokens, sum / Tokens);
        }
    }
}
