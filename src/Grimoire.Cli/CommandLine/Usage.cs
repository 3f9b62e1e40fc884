using System.CommandLine;
using System.CommandLine.Parsing;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>Says in one sentence what is wrong with a command line.</summary>
internal static class Usage
{
    /// <summary>The sentence, or null where nothing is wrong.</summary>
    public static string? Fault(ParseResult parse)
    {
        var verb = (Verb)parse.CommandResult.Command;
        if (parse.UnmatchedTokens.Concat(Swallowed(parse)).FirstOrDefault() is { } unmatched)
            return Unmatched(verb, unmatched);
        return verb.Run is null ? null : parse.Errors.Where(error => error.SymbolResult is not CommandResult).Select(
            error => Sentence(verb, error)).FirstOrDefault();
    }

    /// <summary>Misspelt options among the values of an option that takes all words up to the next known one.</summary>
    private static IEnumerable<string> Swallowed(ParseResult parse) => parse.CommandResult.Children.OfType<OptionResult>()
        .Where(result => result.Option.AllowMultipleArgumentsPerToken)
        .SelectMany(result => result.Tokens.Select(token => token.Value))
        .Where(value => value.Length > 2 && value.StartsWith("--", StringComparison.Ordinal));

    private static string Sentence(Verb verb, ParseError error) => error.SymbolResult switch
    {
        OptionResult { Tokens.Count: 0 } option => $"{option.Option.Name} needs a value; {See(verb)}.",
        OptionResult option => $"{option.Option.Name} does not take {string.Join(" and ", option.Tokens.Select(token => $"\"{token.Value}\""))}; {See(verb)}.",
        ArgumentResult argument => $"{verb.Call} needs {argument.Argument.Name}; {See(verb)}.",
        _ => error.Message,
    };

    private static string Unmatched(Verb verb, string word)
    {
        if (word.StartsWith('-'))
        {
            string name = word.Split('=')[0];
            IEnumerable<string> known = verb.Line.SelectMany(v => v.Options).Where(o => o.Recursive || verb.Options.Contains(o)).Select(o => o.Name);
            return $"{verb.Call} has no option {name}{Suggestion(verb, name, known)}";
        }

        if (verb.Subcommands.Count == 0 || verb.Arguments.Count > 0)
            return $"{verb.Call} does not take \"{word}\"; {See(verb)}.";
        string subject = verb.Words.Length == 0 ? "There is no verb" : $"{verb.Call} has no verb";
        return $"{subject} \"{word}\"{Suggestion(verb, word, verb.Subcommands.Select(c => c.Name))}";
    }

    private static string Suggestion(Verb verb, string word, IEnumerable<string> known) =>
        Nearest.Find(word, known) is { } near ? $"; did you mean {near}?" : $"; {See(verb)}.";

    private static string See(Verb verb) => $"see {verb.Call} --help";
}
