using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>
/// The settings of a record as options of a verb: same names, descriptions, groups and ranges as in files. The command line only finds the words; the settings
/// judge them.
/// </summary>
/// <typeparam name="T">The record.</typeparam>
internal sealed class Options<T>
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly SettingList<T> settings;
    private readonly List<(Setting<T> Setting, Option Option)> options = [];

    /// <summary>Adds options to a verb, after its arguments.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="defaults">Shown in the help; a null shows none.</param>
    /// <param name="inherited">Verbs below have them too.</param>
    public Options(Verb verb, IEnumerable<Setting<T>> settings, T? defaults, bool inherited = false)
    {
        this.settings = SettingList.Create<T>([.. settings]);
        foreach (Setting<T> setting in this.settings)
        {
            Option option = Make(setting, greedy: verb.Arguments.Count == 0);
            option.Recursive = inherited;
            verb.Add(option);
            verb.Help.Add(new OptionHelp(setting.Group.Length > 0 ? setting.Group : "Options", setting.Option, setting.Description,
                Expected(setting, defaults)));
            options.Add((setting, option));
        }
    }

    /// <summary>The values that were given, as text.</summary>
    public IReadOnlyList<(string Key, string Value)> Given(ParseResult parse)
    {
        var given = new List<(string, string)>();
        foreach ((Setting<T> setting, Option option) in options)
        {
            if (parse.GetResult(option) is not { Implicit: false } result)
                continue;
            if (option is Option<bool> flag)
                given.Add((setting.Key, parse.GetValue(flag) ? "true" : "false"));
            else
                given.AddRange(result.Tokens.Select(token => (setting.Key, token.Value)));
        }

        return given;
    }

    /// <summary>The record with the values that were given.</summary>
    /// <exception cref="UsageException">A value is refused, or changes nothing beside the others.</exception>
    public T Read(ParseResult parse, T defaults)
    {
        try
        {
            IReadOnlyList<(string Key, string Value)> given = Given(parse);
            T read = settings.Override(defaults, given);
            foreach ((Setting<T> setting, _) in options)
            {
                if (given.Any(value => value.Key == setting.Key) && setting.Idle(read) is { } why)
                    throw new UsageException($"{setting.Option} has no effect {why}; leave it out.");
            }

            return read;
        }
        catch (GrimoireException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <summary>A list that takes all words that follow would swallow a positional argument, so it does so only where there is none.</summary>
    private static Option Make(Setting<T> setting, bool greedy) => setting switch
    {
        { IsFlag: true } => new Option<bool>(setting.Option) { Arity = ArgumentArity.ZeroOrOne },
        { IsList: true } => new Option<string[]>(setting.Option) { Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = greedy },
        _ => new Option<string>(setting.Option) { Arity = ArgumentArity.ExactlyOne },
    };

    private static string Expected(Setting<T> setting, T? defaults)
    {
        string? value = defaults is null ? null : setting.Get(defaults)?.ToJsonString(Readable);
        string shown = value is null or "false" or "[]" or "\"\"" or "[\"\"]" ? "" : value.Trim('"');
        string expected = setting.IsFlag ? "" : setting.Expected;
        return (expected, shown) switch
        {
            ("", "") => "",
            (_, "") => expected,
            ("", _) => $"default {shown}",
            _ => $"{expected}; default {shown}",
        };
    }
}
