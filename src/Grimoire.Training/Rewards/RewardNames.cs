using System.Globalization;
using System.Text.RegularExpressions;
using Grimoire.Tensors;

namespace Grimoire.Training.Rewards;

/// <summary>Rewards as a user names them: <c>number,0.2*sum-steps,0.1*length=64</c>.</summary>
public static partial class RewardNames
{
    private const string Known = "exact, number, format=REGEX, length=TOKENS, sum-steps, world, model:PATH (a reward model)";

    /// <summary>
    /// Reads a list of terms, <c>NAME</c> or <c>WEIGHT*NAME</c>, divided by commas. A comma divides only where a known name follows, so that a regular
    /// expression may hold commas.
    /// </summary>
    /// <param name="text">The list.</param>
    /// <param name="kernels">What reward models compute with; null for the processor's vector units.</param>
    /// <exception cref="GrimoireException">A name is unknown, or what belongs to it is missing or wrong.</exception>
    public static RewardSum Parse(string text, Kernels? kernels = null)
    {
        string[] terms = Divider().Split(text);
        return new RewardSum([.. terms.Select(term => Term(term, kernels ?? Kernels.Simd))]);
    }

    private static (double Weight, Reward Reward) Term(string term, Kernels kernels)
    {
        Match match = Weighted().Match(term);
        double weight = 1;
        if (match.Groups[1].Success && (!double.TryParse(match.Groups[1].Value, CultureInfo.InvariantCulture, out weight) || !double.IsFinite(weight)))
            throw new GrimoireException($"the reward '{term}' has no number before the '*'; write it as in 0.5*exact.");
        if (match.Groups[2].Value.StartsWith(ModelReward.Prefix, StringComparison.Ordinal))
            return (weight, ModelReward.Load(match.Groups[2].Value[ModelReward.Prefix.Length..], kernels));
        string[] parts = match.Groups[2].Value.Split('=', 2);
        return (weight, Named(parts[0].Trim(), parts.Length > 1 ? parts[1] : null));
    }

    private static Reward Named(string name, string? argument) => (name, argument) switch
    {
        ("exact", null) => VerifiableRewards.Exact,
        ("number", null) => VerifiableRewards.Number,
        ("sum-steps", null) => VerifiableRewards.SumSteps,
        ("world", null) => VerifiableRewards.World,
        ("format", { Length: > 0 }) => VerifiableRewards.Format(argument),
        ("format", _) => throw new GrimoireException("the reward 'format' needs a regular expression, as in format=^So."),
        ("length", _) => int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out int most) && most > 0 ? VerifiableRewards.Length(most)
            : throw new GrimoireException("the reward 'length' needs the most tokens an answer should have, as in length=64."),
        _ => throw new GrimoireException(
            $"there is no reward '{(argument is null ? name : $"{name}={argument}")}'; " +
            $"there are {Known}, each perhaps with a weight as in 0.5*exact, divided by commas."),
    };

    [GeneratedRegex(@",(?=\s*(?:-?[\d.]+\*)?(?:(?:exact|number|sum-steps|world)(?:,|$)|(?:format|length)=|model:))", RegexOptions.CultureInvariant)]
    private static partial Regex Divider();

    [GeneratedRegex(@"^\s*(?:([^*=]*)\*)?(.*)$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Weighted();
}
