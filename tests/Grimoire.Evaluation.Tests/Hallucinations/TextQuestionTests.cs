namespace Grimoire.Evaluation.Hallucinations;

public sealed class TextQuestionTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Rows_are_questions_and_answers_are_judged_as_whole_words()
    {
        IReadOnlyList<FactQuestion> questions = Read("""
            {"prompt": "What is the capital of France?", "answer": "Paris", "wordings": ["France's capital?"]}
            {"question": "How many legs has a spider?", "answers": ["8", "eight"], "kind": "numbers", "id": "legs"}
            {"prompt": "What did Caesar eat on his third birthday?", "answer": null}
            """);
        Assert.Equal(["q/1", "legs", "q/3"], questions.Select(question => question.Id));
        Assert.Equal(["q", "numbers", "unanswerable"], questions.Select(question => question.Kind));
        Assert.Equal(["France's capital?"], questions[0].Wordings);
        Assert.Equal(AnswerOutcome.Right, questions[0].Judge("It's Paris!"));
        Assert.Equal(AnswerOutcome.Wrong, questions[0].Judge("Parisian"));
        Assert.Equal(AnswerOutcome.Refused, questions[0].Judge("I don’t know that."));
        Assert.Equal(AnswerOutcome.Right, questions[1].Judge("A spider has eight legs."));
        Assert.Equal(AnswerOutcome.Wrong, questions[2].Judge("Figs."));
        Assert.Equal(AnswerOutcome.Refused, questions[2].Judge("I do not know."));
    }

    [Fact]
    public void What_an_answer_means_is_what_the_question_does_not_say()
    {
        FactQuestion capital = Read("""{"prompt": "What is the capital of France?", "answer": "Paris"}""")[0];
        Assert.Equal(capital.Meaning("Paris."), capital.Meaning("It is Paris"));
        Assert.Equal(capital.Meaning("paris"), capital.Meaning("Paris is the capital of France."));
        Assert.NotEqual(capital.Meaning("Paris"), capital.Meaning("Lyon"));
        Assert.Equal("I don't know", capital.Meaning("Sorry, I don't know."));
        Assert.Equal("capital", capital.Meaning("The capital!"));
    }

    [Theory]
    [InlineData("""{"prompt": "a?"}""", "line 1: the column \"answer\" is missing")]
    [InlineData("""{"prompt": "a?", "answer": {"b": 1}}""", "line 1: the column \"answer\" is no text")]
    [InlineData("""{"prompt": "a?", "answer": " "}""", "line 1: the column \"answer\" holds an empty text")]
    [InlineData("{\"prompt\": \"a?\", \"answer\": \"b\", \"id\": \"x\"}\n{\"prompt\": \"a?\", \"answer\": \"b\", \"id\": \"x\"}", "line 2: the id x")]
    [InlineData("{", "line 1")]
    public void A_bad_row_is_told_by_its_line(string rows, string words) =>
        Assert.Contains(words, Assert.Throws<GrimoireException>(() => Read(rows)).Message, StringComparison.Ordinal);

    private IReadOnlyList<FactQuestion> Read(string rows) => TextQuestion.Read(scratch.Write("q.jsonl", rows));
}
