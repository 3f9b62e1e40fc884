using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training.Tests.Data;

public sealed class SamplerTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    private TokenStore Store(string text, DocumentUnit unit = DocumentUnit.File)
    {
        var corpus = new Corpus([scratch.Write("a.txt", text)], unit);
        return TokenData.Prepare(scratch["t"], corpus, null, new TextEncoder(t => [.. t.Select(c => (int)c)], 128, null, "h"), new SplitSettings(0)).Train;
    }

    private static string Alphabet(int length) => string.Concat(Enumerable.Range(0, length).Select(i => (char)(33 + (i % 90))));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(1000)]
    public void A_permutation_visits_everything_once(long count)
    {
        var shuffle = new Permutation(count, 5);
        long[] all = [.. Enumerable.Range(0, (int)count).Select(i => shuffle[i])];
        Assert.Equal(Enumerable.Range(0, (int)count).Select(i => (long)i), all.Order());
        if (count > 10)
            Assert.NotEqual(all, Enumerable.Range(0, (int)count).Select(i => new Permutation(count, 6)[i]));
    }

    [Fact]
    public void Counted_numbers_are_uniform_and_differ_by_seed_and_counter()
    {
        int[] counts = new int[10];
        for (ulong i = 0; i < 100_000; i++)
            counts[CountedRandom.Below(10, 1, i)]++;
        // Chi-squared with nine degrees of freedom: above 33.7 once in ten thousand.
        Assert.True(counts.Sum(c => (c - 10_000.0) * (c - 10_000.0) / 10_000) < 33.7);
        Assert.Equal(3, new[] { CountedRandom.Bits(1, 2, 3), CountedRandom.Bits(1, 3, 2), CountedRandom.Bits(2, 2, 3) }.Distinct().Count());
    }

    [Fact]
    public void Windows_are_contiguous_with_targets_one_ahead_and_reach_both_ends()
    {
        string text = Alphabet(40);
        using TokenStore store = Store(text);
        var sampler = new WindowSampler(store, 8, 3);
        TrainingBatch batch = sampler.Draw(0, 600);
        Assert.All(batch.Lengths, length => Assert.Equal(8, length));
        var starts = new HashSet<int>();
        for (int i = 0; i < 600; i++)
        {
            int start = batch.Tokens[i * 8] - 33;
            starts.Add(start);
            Assert.Equal(text.Substring(start, 8).Select(c => (int)c), batch.Tokens[(i * 8)..((i + 1) * 8)]);
            Assert.Equal(text.Substring(start + 1, 8).Select(c => (int)c), batch.Targets[(i * 8)..((i + 1) * 8)]);
        }

        Assert.Equal(Enumerable.Range(0, 32), starts.Order());
    }

    [Fact]
    public void Drawing_goes_on_from_the_number_of_sequences_drawn()
    {
        using TokenStore store = Store(Alphabet(1000));
        foreach (SequenceSampler sampler in new SequenceSampler[] { new WindowSampler(store, 16, 3), new BlockSampler(store, 16, 3) })
        {
            TrainingBatch whole = sampler.Draw(0, 200);
            TrainingBatch rest = sampler.Draw(150, 50);
            int skipped = whole.Lengths[..150].Sum();
            Assert.Equal(whole.Tokens[skipped..], rest.Tokens);
            Assert.Equal(whole.Targets[skipped..], rest.Targets);
            Assert.Equal(whole.Lengths[150..], rest.Lengths);
        }
    }

    [Fact]
    public void Blocks_show_every_target_once_an_epoch_in_another_order_each_time()
    {
        string text = Alphabet(90);
        using TokenStore store = Store(text);
        var sampler = new BlockSampler(store, 7, 11);
        Assert.Equal(13, sampler.SequencesPerEpoch);
        TrainingBatch first = sampler.Draw(0, 13), second = sampler.Draw(13, 13);
        Assert.Equal(text[1..].Order().Select(c => (int)c), first.Targets.Order());
        Assert.Equal(first.Targets.Order(), second.Targets.Order());
        Assert.NotEqual(first.Targets, second.Targets);
        Assert.Equal(text[1..].Select(c => (int)c), new BlockSampler(store, 7, null).Draw(0, 13).Targets);
    }

    [Fact]
    public void Documents_are_predicted_from_the_end_token_to_the_end_token()
    {
        using TokenStore store = Store("emma\nava\n", DocumentUnit.Line);
        TrainingBatch batch = new DocumentSampler(store, 5, '\n', null).Draw(0, 2);
        Assert.Equal("\nemma\nava".Select(c => (int)c), batch.Tokens);
        Assert.Equal("emma\nava\n".Select(c => (int)c), batch.Targets);
        Assert.Equal([5, 4], batch.Lengths);
    }

    [Fact]
    public void Data_that_does_not_fit_is_refused()
    {
        using TokenStore store = Store("maximilian\nava", DocumentUnit.Line);
        Assert.Contains("context of at least 11", Assert.Throws<GrimoireException>(() => new DocumentSampler(store, 8, '\n', 1)).Message, StringComparison.Ordinal);
        Assert.Contains("end token", Assert.Throws<GrimoireException>(() => new DocumentSampler(store, 18, 'x', 1)).Message, StringComparison.Ordinal);
        Assert.Contains("too few", Assert.Throws<GrimoireException>(() => new WindowSampler(store, 15, 1)).Message, StringComparison.Ordinal);
    }
}
