using System.Buffers;
using System.Text;

namespace Grimoire.Cli.Bench;

/// <summary>
/// Another program that does the same work, run in turns with this one. Its command line is a template: <c>{model}</c>, <c>{threads}</c>, <c>{prompt}</c>,
/// <c>{decode}</c>, <c>{batch}</c> and <c>{shape}</c> stand for what is measured.
/// </summary>
/// <param name="command">The command line as it was given.</param>
internal sealed class Peer(string command)
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz");
    private readonly IReadOnlyList<string> words = Split(command);

    /// <summary>What was given.</summary>
    public string Command => command;

    /// <summary>Runs it for a subject and returns its tokens a second.</summary>
    /// <exception cref="GrimoireException">It cannot be started, fails, or prints nothing that is understood.</exception>
    public IReadOnlyDictionary<PeerKey, double> Measure(IReadOnlyDictionary<string, string> values, CancellationToken cancellation)
    {
        IReadOnlyList<string> filled = Fill(values);
        (int code, string output, string error) = ChildProcess.Run(filled[0], [.. filled.Skip(1)], cancellation);
        string said = (error.Trim().Length > 0 ? error : output).Trim();
        return code == 0 ? PeerOutput.Parse(output, command) : throw new GrimoireException(
            $"--against: \"{string.Join(' ', filled)}\" ended with exit code " +
            $"{code}{(said.Length > 0 ? $": {Sentences.OneLine(said, 300)}" : " and said nothing.")}");
    }

    /// <summary>The words with the values in their places; a word that is nothing but <c>{shape}</c> becomes several.</summary>
    /// <exception cref="GrimoireException">A place has no value in what is measured.</exception>
    internal IReadOnlyList<string> Fill(IReadOnlyDictionary<string, string> values)
    {
        var filled = new List<string>();
        foreach (string word in words)
        {
            string whole = word;
            foreach ((string name, string value) in values)
                whole = whole.Replace($"{{{name}}}", value, StringComparison.Ordinal);
            if (word == "{shape}")
                filled.AddRange(whole.Split(' '));
            else
                filled.Add(whole);
        }

        return filled.FirstOrDefault(word => word is ['{', .., '}'] && word.AsSpan(1..^1).IndexOfAnyExcept(Letters) < 0) is { } missing
            ? throw new GrimoireException(
                $"--against: {missing} stands for nothing here; this work has {string.Join(", ", values.Keys.Select(name => $"{{{name}}}"))}.")
            : filled;
    }

    /// <summary>A command line as words, with spaces inside single or double quotes kept.</summary>
    /// <exception cref="UsageException">It is empty, or a quote does not end.</exception>
    internal static IReadOnlyList<string> Split(string command)
    {
        var found = new List<string>();
        var word = new StringBuilder();
        char quote = '\0';
        bool begun = false;
        foreach (char c in command)
        {
            if (quote != '\0' && quote == c)
                quote = '\0';
            else if (quote == '\0' && c is ('\'' or '"'))
                (quote, begun) = (c, true);
            else if (quote == '\0' && char.IsWhiteSpace(c))
                End();
            else
                (_, begun) = (word.Append(c), true);
        }

        if (quote != '\0')
            throw new UsageException($"--against is \"{command}\"; the quote {quote} in it has no end.");
        End();
        return found.Count > 0 ? found : throw new UsageException("--against is empty; give the command line of a program that prints its speed as JSON.");

        void End()
        {
            if (begun)
                found.Add(word.ToString());
            word.Clear();
            begun = false;
        }
    }
}
