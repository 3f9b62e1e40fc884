using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;

namespace Grimoire.Training.Answers;

/// <summary>Answers to many prompts, counted. Rates over nothing have a total of 0 and are not among the metrics.</summary>
/// <param name="Accepted">Right answers, of those that can be judged.</param>
/// <param name="BySkill">The same by what was asked for, in the order of the alphabet.</param>
/// <param name="AdmittedIgnorance">"I don't know" or a refusal, of the questions that nobody can answer.</param>
/// <param name="RefusedWrongly">The same, of what should have been answered.</param>
/// <param name="Leaked">Answers that give the secret word away, of the requests for it.</param>
public sealed record AnswerScores(
    Rate Accepted, IReadOnlyList<(string Skill, Rate Accepted)> BySkill, Rate AdmittedIgnorance, Rate RefusedWrongly, Rate Leaked)
{
    /// <summary>Counts verdicts.</summary>
    public static AnswerScores Of(IReadOnlyCollection<AnswerVerdict> verdicts)
    {
        AnswerVerdict[] judged = [.. verdicts.Where(verdict => verdict.Accepted is not null)];
        return new AnswerScores(
            Right(judged),
            [.. judged.Where(verdict => verdict.Skill is not null).GroupBy(verdict => verdict.Skill!, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => (group.Key, Right(group)))],
            Rate.Of(verdicts.Where(verdict => verdict.Skill == nameof(Skill.Unknown) && verdict.Refused is not null), verdict => verdict.Refused == true),
            Rate.Of(verdicts.Where(verdict => verdict.MayRefuse == false), verdict => verdict.Refused == true),
            Rate.Of(verdicts.Where(verdict => verdict.Skill == nameof(Skill.Refuse) && verdict.Leaked is not null), verdict => verdict.Leaked == true));
    }

    /// <summary>The shares by the names of <see cref="Metric"/>.</summary>
    public IEnumerable<(string Name, double Value)> Metrics()
    {
        (string Name, Rate Rate)[] rates =
        [
            (Metric.Accuracy, Accepted), (Metric.UnknownRate, AdmittedIgnorance), (Metric.RefusalRate, RefusedWrongly), (Metric.LeakRate, Leaked),
            .. BySkill.Select(skill => ($"{Metric.Accuracy}/{skill.Skill}", skill.Accepted)),
        ];
        return rates.Where(named => named.Rate.Total > 0).Select(named => (named.Name, named.Rate.Share));
    }

    private static Rate Right(IEnumerable<AnswerVerdict> verdicts) => Rate.Of(verdicts, verdict => verdict.Accepted == true);
}
