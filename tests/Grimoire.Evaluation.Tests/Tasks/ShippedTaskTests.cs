using Grimoire.Evaluation.Tasks;
using Grimoire.Tests;

namespace Grimoire.Evaluation.Tests;

public sealed class ShippedTaskTests
{
    /// <summary>Tasks whose data must lie somewhere.</summary>
    public static TheoryData<string> Public => [.. TaskLibrary.Names.Where(name => !name.StartsWith("world", StringComparison.Ordinal) && name != "hellaswag")];

    [Fact]
    public void Every_shipped_task_is_understood_and_named_as_its_file()
    {
        Assert.Contains("blimp", TaskLibrary.Names);
        foreach (string name in TaskLibrary.Names)
        {
            TaskFile task = TaskLibrary.Find(name);
            Assert.Equal(name, task.Name);
            Assert.NotEmpty(task.Description);
            Assert.NotEmpty(TaskLibrary.Expand(task));
        }

        Assert.Equal(67, TaskLibrary.Expand(TaskLibrary.Find("blimp")).Count);
        Assert.Equal("blimp/wh_island", TaskLibrary.Find("blimp/wh_island").Name);
    }

    [Theory]
    [MemberData(nameof(Public))]
    public void Examples_of_a_public_task_are_made_of_its_data(string name)
    {
        string? data = Shared.Path("data");
        Assert.SkipWhen(data is null, "shared data is not there");
        foreach (TaskFile task in TaskLibrary.Expand(TaskLibrary.Find(name)))
        {
            var prompter = new TaskPrompter(task, data!);
            foreach (int index in (int[])[0, 1, prompter.Count - 1])
            {
                TaskExample example = prompter.Example(index);
                Assert.DoesNotContain("{{", example.Context, StringComparison.Ordinal);
                Assert.False(task.Kind == TaskKind.Generate && example.Answers.Any(string.IsNullOrWhiteSpace));
                Assert.False(task.Kind is TaskKind.Choice or TaskKind.Contexts && (example.Choices.Count < 2 || example.Choices.Any(string.IsNullOrWhiteSpace)));
                Assert.False(task.By.Length > 0 && example.Part.Length == 0);
            }
        }
    }

    [Theory]
    [InlineData("arc_easy", "Question: Which statement best explains why photosynthesis is the foundation of most food webs?\nAnswer:", " Sunlight is the source of energy for nearly all ecosystems.")]
    [InlineData("piqa", "Question: How do I ready a guinea pig cage for it's new occupants?\nAnswer:",
        " Provide the guinea pig with a cage full of a few inches of bedding made of ripped paper strips, you will also need to supply it with a water bottle and a food dish.")]
    [InlineData("copa", "The man turned on the faucet therefore", " water flowed from the spout.")]
    [InlineData("winogrande", "Sarah was a much better surgeon than Maria so Maria", " always got the easier cases.")]
    [InlineData("blimp/adjunct_island", "", " Who should Derek hug after shocking Richard?")]
    [InlineData("lambada", null, " signs")]
    public void The_model_is_asked_what_the_reference_harness_asks(string name, string? context, string continuation)
    {
        string? data = Shared.Path("data");
        Assert.SkipWhen(data is null, "shared data is not there");
        TaskFile task = TaskLibrary.Find(name);
        var run = new TaskRun(new LocalModel(LetterModels.Llama(), Tensors.Kernels.Simd, "tiny"), [task], new TaskOptions { Data = data!, Limit = 1 });
        TaskExample example = run.Examples(name)[0];
        ContinuationRequest right = run.Requests(task, example)[example.Right.Count > 0 ? example.Right[0] : 0];
        Assert.Equal(context ?? right.Context, right.Context);
        Assert.Equal(continuation, right.Continuation);
    }

    [Fact]
    public void Questions_before_the_question_are_shots_with_their_answers()
    {
        string? data = Shared.Path("data");
        Assert.SkipWhen(data is null, "shared data is not there");
        TaskExample example = new TaskPrompter(TaskLibrary.Find("gsm8k"), data!).Example(3);
        Assert.Equal(5, example.Before.Split("#### ").Length - 1);
        Assert.EndsWith("\n\n", example.Before, StringComparison.Ordinal);
        Assert.StartsWith("Question: ", example.Question, StringComparison.Ordinal);
        Assert.Equal(example.Before, new TaskPrompter(TaskLibrary.Find("gsm8k"), data!).Example(3).Before);
        Assert.NotEqual(example.Before, new TaskPrompter(TaskLibrary.Find("gsm8k"), data!, seed: 5).Example(3).Before);
        Assert.NotEqual(example.Before, new TaskPrompter(TaskLibrary.Find("gsm8k"), data!).Example(4).Before);
    }

    [Fact]
    public void The_world_makes_its_own_examples()
    {
        foreach (TaskFile task in TaskLibrary.Expand(TaskLibrary.Find("world")))
        {
            TaskExample asked = new TaskPrompter(task, "nowhere").Example(0), told = new TaskPrompter(task, "nowhere", chat: true).Example(0);
            Assert.Equal($"Question: {told.Question}\nAnswer:", asked.Question);
            Assert.Equal(1, TaskScoring.OfAnswer(task, asked, " " + asked.Answers[0])["acc"]);
            Assert.Equal(0, TaskScoring.OfAnswer(task, asked, "Perhaps.")["acc"]);
        }
    }

    [Fact]
    public void A_missing_file_says_what_to_put_where()
    {
        var missing = Assert.Throws<GrimoireException>(() => new TaskPrompter(TaskLibrary.Find("gsm8k"), "nowhere"));
        Assert.Contains(Path.Combine("nowhere", "math-gsm8k/test.jsonl"), missing.Message, StringComparison.Ordinal);
        Assert.Contains("grade-school-math", missing.Message, StringComparison.Ordinal);
        Assert.Contains("--data", missing.Message, StringComparison.Ordinal);
    }
}
