using Grimoire.Training;
using Grimoire.Training.Data;

namespace Grimoire.Cli;

/// <summary>Pairs of answers, one after another, put before somebody who chooses.</summary>
/// <param name="terminal">Where they are shown.</param>
/// <param name="file">Where choices go.</param>
/// <param name="model">Who answers.</param>
/// <param name="other">Who else does; the same for two answers of one model.</param>
/// <param name="judge">Who chooses; null to ask the user.</param>
/// <param name="seed">The seed of answers and orders.</param>
internal sealed class CompareSession(Terminal terminal, ComparisonFile file, Respondent model, Respondent other, Judge? judge, ulong seed)
{
    private const string Keys = "1 or 2 for the better answer, t for a tie, s to skip, q to end";
    private readonly List<Comparison> made = [];
    private readonly List<Judgement> judgements = [];
    private int tooLong;

    /// <summary>Goes through prompts until all are compared, as many as are wanted are, or somebody ends it.</summary>
    public void Run(IReadOnlyList<Passage> prompts, int count)
    {
        ulong otherSeed = model == other ? seed + 1 : seed;
        foreach (Passage prompt in prompts)
        {
            terminal.Stop.ThrowIfCancellationRequested();
            if (file.Has(Comparison.OriginOf(prompt, model.Name, seed, other.Name, otherSeed)))
                continue;
            if (made.Count(c => c.Choice != Choice.Same) >= count || !Compare(prompt, otherSeed, turned: prompt.SeedOf(seed) % 2 == 0))
                break;
        }
    }

    /// <summary>Says what came of it.</summary>
    public void Tell(string path)
    {
        ChoiceSummary sum = ChoiceSummary.Of(made);
        List<(string, string)> facts =
        [
            ("compared now", $"{sum.First + sum.Second} preferences, {sum.Ties} ties, {sum.Skipped} skipped, {sum.Same} pairs of equal answers"),
            .. sum.Wins.Select(win => (win.Model, $"won {Numbers.Percent(win.Share)} of {win.Pairs}, ties counting half")),
        ];
        if (judgements.Count > 0)
        {
            double consistent = judgements.Average(j => j.Verdict == Verdict.Tie ? 0.0 : 1);
            facts.Add(("judge", $"the same in both orders in {Numbers.Percent(consistent)} of {judgements.Count}; " +
                $"shown first an answer seems better by {Numbers.Fixed(judgements.Average(j => j.PositionBias), 3)} on average"));
        }

        if (tooLong > 0)
            facts.Add(("too long", $"{tooLong} pairs, skipped"));
        facts.Add(("preferences", path));
        if (File.Exists(ComparisonFile.UndecidedPath(path)))
            facts.Add(("undecided", ComparisonFile.UndecidedPath(path)));
        terminal.Line();
        Sheet.Facts(terminal, facts);
        if (sum.Same > 0 && sum.Asked == 0)
            terminal.Complain("All answers are the same; give a higher --temperature, another --seed or another model.");
    }

    /// <summary>Compares two answers to a prompt; false where nobody wants to go on.</summary>
    private bool Compare(Passage prompt, ulong otherSeed, bool turned)
    {
        ComparedAnswer[] answers = Waiting.While(terminal, "answering", () => new[]
        {
            new ComparedAnswer(model.Answer(prompt, seed, terminal.Stop), model.Name, seed),
            new ComparedAnswer(other.Answer(prompt, otherSeed, terminal.Stop), other.Name, otherSeed),
        });
        if (turned)
            Array.Reverse(answers);
        var comparison = new Comparison(prompt, answers[0], answers[1], Choice.Same, judge?.Name ?? "user");
        if (answers[0].Text != answers[1].Text)
        {
            if (file.HasPair(comparison.Pair))
                return true;
            if ((judge is null ? Ask(comparison) : Judged(comparison, judge)) is not { } choice)
                return false;
            comparison = comparison with { Choice = choice };
        }

        file.Append(comparison);
        made.Add(comparison);
        return true;
    }

    private Choice Judged(Comparison comparison, Judge judge)
    {
        try
        {
            Judgement said = judge.Compare(comparison.Prompt, comparison.First.Text, comparison.Second.Text);
            judgements.Add(said);
            return said.Verdict switch { Verdict.First => Choice.First, Verdict.Second => Choice.Second, _ => Choice.Tie };
        }
        catch (GrimoireException)
        {
            tooLong++; // the only thing that is wrong with a pair and not with the judge
            return Choice.Skip;
        }
    }

    /// <summary>What the user says; null to end.</summary>
    private Choice? Ask(Comparison comparison)
    {
        terminal.Line();
        terminal.Line($"[bold]{Sentences.Harmless(comparison.Prompt.ToString())}[/]");
        Sheet.Rows(terminal, ["1", "2"], [[Sentences.Harmless(comparison.First.Text), Sentences.Harmless(comparison.Second.Text)]]);
        if (made.Count == 0)
            terminal.Line($"[dim]{Keys}[/]");
        while (true)
        {
            switch (terminal.ReadChoice())
            {
                case '1':
                    return Choice.First;
                case '2':
                    return Choice.Second;
                case 't' or 'T' or '=':
                    return Choice.Tie;
                case 's' or 'S':
                    return Choice.Skip;
                case null or 'q' or 'Q' or '\u001b':
                    return null;
                default:
                    terminal.Complain($"Press {Keys}.");
                    break;
            }
        }
    }
}
