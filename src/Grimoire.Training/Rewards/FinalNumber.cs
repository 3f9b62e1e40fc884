using System.Globalization;
using System.Text.RegularExpressions;

namespace Grimoire.Training.Rewards;

/// <summary>
/// The number that a worked solution comes to: what follows GSM8K's <c>#### </c> (Cobbe et al. 2021, arXiv:2110.14168), or else the last one. Commas
/// between digits and a dollar sign are left out, and 18.00 is 18. A minus right behind a letter, a digit or a bracket is a dash or a difference.
/// </summary>
public static partial class FinalNumber
{
    private const string Mark = "#### ";

    /// <summary>The number, or null where there is none.</summary>
    public static decimal? Of(string text)
    {
        int mark = text.LastIndexOf(Mark, StringComparison.Ordinal);
        MatchCollection numbers = Number().Matches(mark < 0 ? text : text[(mark + Mark.Length)..]);
        if (numbers.Count == 0)
            return null;
        string digits = numbers[mark < 0 ? ^1 : 0].Value.Replace(",", "", StringComparison.Ordinal).Replace("$", "", StringComparison.Ordinal);
        return decimal.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            ? number : null;
    }

    [GeneratedRegex(@"(?:(?<![\w)\]])-)?\$?(?:\d[\d,]*(?:\.\d+)?|\.\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
