using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Tensors;
using Grimoire.Training.Answers;
using Grimoire.Training.Data;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;
using Grimoire.Training.Worlds;

namespace Grimoire.Cli;

/// <summary>
/// What each stage of quickstart brought: the model after it sits the world's test exercises, and its marks become the stage's row of metrics, with some
/// answers as samples.
/// </summary>
internal static class QuickstartScores
{
    private const string Format = "plain";
    private const int Exercises = 128, MaxTokens = 80, Samples = 2;

    /// <summary>The marks that are told, and how people call them.</summary>
    public static IReadOnlyList<(string Metric, string Words)> Told { get; } =
    [
        ("accuracy/questions", "questions right"), ("accuracy/instructions", "instructions right"),
        ("accuracy/sums", "sums right"), ("accuracy/requests", "requests right"),
        (Metric.UnknownRate, "ignorance admitted"), (Metric.RefusalRate, "wrongly refused"),
        (Metric.LeakRate, "secret told when asked plainly"), (Metric.Reward, "mean reward"),
    ];

    /// <summary>Examines a model and writes down what came of it.</summary>
    /// <param name="run">The run of all stages.</param>
    /// <param name="stage">The stage's number, from 1.</param>
    /// <param name="model">The folder of the model after it.</param>
    /// <param name="kernels">What computes.</param>
    public static void Measure(Run run, int stage, string model, Kernels kernels)
    {
        LanguageModel loaded = LanguageModel.Load(model);
        var encoder = new ExampleEncoder(loaded.Tokenizer, ChatFormat.Of(loaded, loaded.ChatTemplate is null ? Format : null), loaded.Config.Context);
        WorldMarks marks = new WorldExam(QuickstartWorld.World, Split.Test, Exercises).Take(loaded, encoder, kernels, MaxTokens);
        foreach (SubjectMarks subject in marks.Subjects)
        {
            foreach (Rollout answer in subject.Answers.Take(Samples))
            {
                run.Log(new TextSample(stage, answer.Prompt.Prompt.ToString(), answer.Text.Trim())
                {
                    Reference = World.Exercise(answer.Prompt.Columns["exercise"]!.GetValue<string>()).Answer,
                });
            }
        }

        run.Log(new MetricRow(stage,
        [
            .. marks.Subjects.Select(subject => KeyValuePair.Create($"{Metric.Accuracy}/{subject.Name.Replace(' ', '_')}", subject.Scores.Accepted.Share)),
            KeyValuePair.Create(Metric.UnknownRate, marks.AdmittedIgnorance.Share),
            KeyValuePair.Create(Metric.RefusalRate, marks.RefusedWrongly.Share),
            KeyValuePair.Create(Metric.LeakRate, marks.LeakedPlainly.Share),
            KeyValuePair.Create(Metric.Reward, marks.Subjects.Average(subject => subject.Reward)),
        ]));
    }

    /// <summary>A mark as people read it.</summary>
    public static string Shown(string metric, double value) => metric == Metric.Reward ? Numbers.Fixed(value, 2) : Numbers.Percent(value);
}
