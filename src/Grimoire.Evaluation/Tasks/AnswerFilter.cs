using System.Globalization;
using System.Text.RegularExpressions;
using Grimoire.Training.Rewards;

namespace Grimoire.Evaluation.Tasks;

/// <summary>Takes of an answer what is compared.</summary>
public sealed class AnswerFilter
{
    /// <summary>What an expression that finds nothing leaves unless a task says otherwise.</summary>
    public const string Invalid = "[invalid]";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly Func<string, string> apply;

    private AnswerFilter(string name, Func<string, string> apply) => (Name, this.apply) = (name, apply);

    /// <summary>As it stands in a task file.</summary>
    public string Name { get; }

    /// <summary>The names of the filters that need no more than a name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["strip", "first_line", "final_number", "lower"];

    /// <summary>The filter of a name.</summary>
    /// <exception cref="GrimoireException">There is none.</exception>
    public static AnswerFilter Named(string name) => name switch
    {
        "strip" => new(name, text => text.Trim()),
        "first_line" => new(name, text => text.TrimStart().Split('\n')[0].TrimEnd()),
        "final_number" => new(name, text => FinalNumber.Of(text)?.ToString("0.############", CultureInfo.InvariantCulture) ?? ""),
        "lower" => new(name, text => text.ToLowerInvariant()),
        _ => throw new GrimoireException($"there is no filter \"{name}\"; known are {string.Join(", ", Names)} and an object with a regex."),
    };

    /// <summary>What a regular expression finds: its first group that found something, else all of it.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="match">Which match counts, from 0, or from −1 at the end.</param>
    /// <param name="otherwise">What comes out where nothing is found.</param>
    /// <exception cref="GrimoireException">The expression is none.</exception>
    public static AnswerFilter Of(string expression, int match = 0, string otherwise = Invalid)
    {
        Regex regex = Compiled(expression);
        return new AnswerFilter($"/{expression}/", text =>
        {
            MatchCollection found = Matches(regex, text);
            int at = match < 0 ? found.Count + match : match;
            if (at < 0 || at >= found.Count)
                return otherwise;
            Match one = found[at];
            return (one.Groups.Count == 1 ? one.Value : one.Groups.Values.Skip(1).FirstOrDefault(group => group.Length > 0)?.Value ?? otherwise).Trim();
        });
    }

    /// <summary>What is left of an answer.</summary>
    public string Apply(string answer) => apply(answer);

    /// <summary>An expression of a task file, which may not go on forever.</summary>
    /// <exception cref="GrimoireException">The expression is none.</exception>
    internal static Regex Compiled(string expression)
    {
        try
        {
            return new Regex(expression, RegexOptions.CultureInvariant, Patience);
        }
        catch (ArgumentException e)
        {
            throw new GrimoireException($"\"{expression}\" is no regular expression ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private static MatchCollection Matches(Regex regex, string text)
    {
        try
        {
            MatchCollection found = regex.Matches(text);
            _ = found.Count; // found now, so that time runs out here
            return found;
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new GrimoireException($"the regular expression \"{regex}\" takes too long on an answer; write it more simply.", e);
        }
    }
}
