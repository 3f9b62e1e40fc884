using System.Text.Json.Nodes;
using Grimoire.Evaluation.Metrics;
using Grimoire.Training.Data;

namespace Grimoire.Evaluation.Hallucinations;

/// <summary>
/// A question from a file: columns <c>prompt</c> and <c>answer</c> or <c>answers</c> (<c>null</c> where nobody can know), perhaps <c>id</c>, <c>kind</c> and
/// <c>wordings</c>. An answer is right in which a right one stands as whole words. What an answer means is read off its words alone: those that are not in the
/// question, without case, punctuation, articles and auxiliaries. So "It is Paris." and "Paris is the capital of France." mean the same after "What is the
/// capital of France?", but no two synonyms do: where a judge of entailment would join answers, this one keeps them apart.
/// </summary>
public sealed class TextQuestion : FactQuestion
{
    private static readonly HashSet<string> Empty = new(
        ["is", "are", "was", "were", "be", "been", "it", "its", "he", "she", "they", "his", "her", "their", "there", "that", "this", "has", "have", "had",
            "of", "in", "at", "to", "by", "on", "do", "does", "did", "called", "named", "answer", "yes"], StringComparer.Ordinal);

    private static readonly string[] AnswerColumns = ["answers", "answer", "completion"];

    private static readonly string[] Refusals =
    [
        "i dont know", "i do not know", "i am not sure", "im not sure", "i have no information", "i cannot", "i cant", "i am unable", "im unable",
        "nobody knows", "it is unknown", "not known", "no idea",
    ];

    private readonly string[] answers;

    private TextQuestion(string id, string kind, string prompt, string[] answers)
        : base(id, kind, prompt)
    {
        this.answers = [.. answers.Select(Normalized)];
        Answer = answers.FirstOrDefault();
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="wordings">The most other wordings of each question.</param>
    /// <exception cref="GrimoireException">It cannot be read, or a row is no question; the message names file and line.</exception>
    public static IReadOnlyList<FactQuestion> Read(string path, int wordings = int.MaxValue)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var questions = new List<FactQuestion>();
        foreach (PromptExample row in ExampleFiles.Read([path], ExampleKinds.Prompt).Examples.Cast<PromptExample>())
        {
            string column = AnswerColumns.FirstOrDefault(row.Columns.ContainsKey)
                ?? throw Fault(row, "the column \"answer\" is missing; write null where nobody can know");
            string[] right = Texts(row, column);
            string id = Texts(row, "id") is [var given, ..] ? given : FormattableString.Invariant($"{name}/{row.Line}");
            if (!ids.Add(id))
                throw Fault(row, $"the id {id} is that of an earlier row; ids are unique");
            string prompt = row.Prompt.Text ?? throw Fault(row, "the prompt is a conversation; a question is one text");
            string kind = Texts(row, "kind") is [var named, ..] ? named : right.Length > 0 ? name : "unanswerable";
            questions.Add(new TextQuestion(id, kind, prompt, right) { Wordings = [.. Texts(row, "wordings").Take(wordings)] });
        }

        return questions;
    }

    /// <summary>The words of an answer that say what the question does not.</summary>
    public static string Essence(string question, string answer)
    {
        HashSet<string> asked = [.. AnswerText.Words(question, AnswerNormalization.Squad)];
        IReadOnlyList<string> words = AnswerText.Words(answer, AnswerNormalization.Squad);
        string essence = string.Join(' ', words.Where(word => !asked.Contains(word) && !Empty.Contains(word)));
        return essence.Length > 0 ? essence : string.Join(' ', words);
    }

    /// <inheritdoc/>
    public override string Meaning(string answer) => Refuses(answer) ? "I don't know" : Essence(Prompt, answer);

    /// <inheritdoc/>
    protected override bool Accepts(string answer) => Says(answer, answers);

    /// <inheritdoc/>
    protected override bool Refuses(string answer) => Says(answer, Refusals);

    private static bool Says(string answer, string[] phrases)
    {
        string said = $" {Normalized(answer)} ";
        return phrases.Any(phrase => said.Contains($" {phrase} ", StringComparison.Ordinal));
    }

    private static string Normalized(string text) => AnswerText.Normalize(text.Replace('’', '\''), AnswerNormalization.Squad);

    /// <summary>A column with a text, a number or a list of them; none where it is null.</summary>
    private static string[] Texts(PromptExample row, string column)
    {
        JsonNode? node = row.Columns[column];
        string[] texts = node is JsonArray list ? [.. list.Select(One)] : node is null ? [] : [One(node)];
        return texts.All(text => text.Trim().Length > 0) ? texts : throw Fault(row, $"the column \"{column}\" holds an empty text");

        string One(JsonNode? item) => item is JsonValue value ? value.ToString() : throw Fault(row, $"the column \"{column}\" is no text and no list of texts");
    }

    private static GrimoireException Fault(PromptExample row, string what) => new(FormattableString.Invariant($"{row.File}, line {row.Line}: {what}."));
}
