using System.Text;
using Grimoire.Evaluation.Scaling;
using Grimoire.Training;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tests.Scaling;

public sealed class ScalingSweepTests : IDisposable
{
    private readonly Scratch scratch = new();
    private readonly SweepRecipe recipe;

    public ScalingSweepTests() => recipe = new SweepRecipe
    {
        Budgets = ["8e7", "1.6e8", "4e8"],
        Sizes = ["1x8", "1x12", "1x16"],
        LargestSizes = ["2x16"],
        Fit = new FitSettings { Resamples = 10 },
        Common = new SweepRecipe().Common with
        {
            Data = new DataSettings { Paths = [scratch.Write("text.txt", Text(6000))], ValidationFraction = 0.1 },
            Tokenizer = new TokenizerSettings { Vocabulary = 260 },
            Model = new ModelSettings { Context = 16 },
            Batch = 2,
            Threads = 1,
        },
    };

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_sweep_that_was_stopped_again_and_again_ends_as_one_that_was_not()
    {
        ScalingSweep sweep = ScalingSweep.Prepare(recipe, scratch["whole"], ["scale"]);
        Assert.Throws<GrimoireException>(sweep.Foretell);
        Train(scratch["whole"], stopAfter: null);
        AssertForetold(scratch["whole"], sweep);
        int calls = 0, stoppedInLast = 0;
        for (; !Train(scratch["stopped"], stopAfter: 120); calls++)
            stoppedInLast += AssertTimeLeft(scratch["stopped"]) ? 1 : 0;
        Assert.True(calls > 2 && stoppedInLast > 0, $"{calls}, {stoppedInLast}");

        Assert.Equal(Rows(scratch["whole"]), Rows(scratch["stopped"]));
        ScalingPrediction whole = ScalingPrediction.Read(scratch["whole"])!, stopped = ScalingPrediction.Read(scratch["stopped"])!;
        Assert.Equal(whole.Law, stopped.Law);
        Assert.Equal(whole.Runs, stopped.Runs);
    }

    [Fact]
    public void Every_run_spends_its_budget_and_its_schedule_ends_with_it()
    {
        SweepPlan plan = SweepPlan.Of(recipe, vocabulary: 260);
        Assert.Equal(["1x8-8e7", "1x12-8e7", "1x16-8e7", "1x8-1.6e8", "1x12-1.6e8", "1x16-1.6e8", "2x16-4e8"], plan.Runs.Select(run => run.Name));
        foreach (SweepRun run in plan.Runs)
        {
            Assert.InRange(run.Operations / run.Budget, 0.98, 1.02);
            Assert.Equal(run.Tokens, run.Recipe.Steps!.Value * 2L * 16);
            Assert.Equal(3 * Pretraining.ConfigOf(run.Recipe, 260).ForwardOperations(16) * run.Tokens, run.Operations, 1);
            Assert.Equal(run.Parameters - run.BlockParameters, 260L * run.Size.Channels);
        }
    }

    [Fact]
    public void Sizes_are_chosen_for_each_budget_where_none_are_given()
    {
        SweepPlan plan = SweepPlan.Of(recipe with { Sizes = [], LargestSizes = [], Budgets = ["3e11", "1e12", "3e12", "1e13"] }, vocabulary: 512);
        Assert.All(plan.Runs, run => Assert.InRange((double)run.Tokens / run.Parameters, 4, 250));
        Assert.Equal(4, plan.Runs.Select(run => run.Budget).Distinct().Count());
        Assert.Empty(plan.LeftOut);
    }

    [Fact]
    public void A_size_for_which_a_budget_lasts_too_few_steps_is_left_out_by_name()
    {
        SweepPlan plan = SweepPlan.Of(recipe with { Sizes = ["1x8", "1x12", "1x16", "4x128"] }, vocabulary: 260);
        Assert.Contains((new ModelSize(4, 128), 8e7), plan.LeftOut);
        Assert.DoesNotContain(plan.Runs, run => run.Size == new ModelSize(4, 128));
    }

    [Fact]
    public void What_makes_no_sweep_is_refused()
    {
        void Refused(SweepRecipe bad, string told) =>
            Assert.Contains(told, Assert.Throws<GrimoireException>(() => SweepPlan.Of(bad, 260)).Message, StringComparison.Ordinal);
        Refused(recipe with { Budgets = ["1e8"] }, "at least two");
        Refused(recipe with { Budgets = ["1e8", "much"] }, "\"much\"");
        Refused(recipe with { Budgets = ["1e8", "1e8"] }, "twice");
        Refused(recipe with { Sizes = ["8"] }, "2x64");
        Refused(recipe with { Sizes = ["1x8", "1x16"] }, "at least six");
        Refused(recipe with { Common = recipe.Common with { Data = recipe.Common.Data with { Sampling = Sampling.Documents } } }, "--sampling");
    }

    [Fact]
    public void A_sweep_may_be_planned_anew_until_it_has_begun_and_then_goes_on_with_the_same_request_and_text()
    {
        void Refused(SweepRecipe asked, string told)
        {
            string message = Assert.Throws<GrimoireException>(() => ScalingSweep.Prepare(asked, scratch["sweep"], ["scale"])).Message;
            Assert.Contains(told, message, StringComparison.Ordinal);
        }

        SweepRecipe other = recipe with { Sizes = ["1x8", "1x10", "1x16"] };
        ScalingSweep.Prepare(other, scratch["sweep"], ["scale"]).Time();
        ScalingSweep sweep = ScalingSweep.Prepare(recipe, scratch["sweep"], ["scale"]);
        sweep.Begin(sweep.Plan.Runs[0]).Dispose();
        Refused(other, "sizes");
        File.AppendAllText(scratch["text.txt"], "And one line more.\n");
        Refused(recipe, "changed");
    }

    /// <summary>The largest was foretold before it was trained, and set beside what came.</summary>
    private static void AssertForetold(string folder, ScalingSweep sweep)
    {
        SweepRun largest = Assert.Single(sweep.Plan.Runs, run => run.IsLargest);
        Assert.Same(largest, sweep.Plan.Runs[^1]);
        ScalingPrediction prediction = ScalingPrediction.Read(folder)!;
        Assert.Equal(6, prediction.Points);
        RunInfo trained = Run.ReadInfo(sweep.FolderOf(largest));
        Assert.True(prediction.Made <= trained.Ended);
        EvaluationResult result = EvaluationFolder.Read(folder);
        double Value(string name) => result.Figures.Single(figure => figure.Name == name).Value;
        Assert.Equal(prediction.Runs[0].Loss, Value("predicted loss"));
        Assert.Equal(trained.Results[Metric.ValidationLoss], Value("loss"));
        Assert.Equal(100 * ((Value("loss") / Value("predicted loss")) - 1), Value("off"), 1e-9);
        Assert.Equal(7, EvaluationFolder.Examples(folder).Count);
        Assert.Equal(ScalingSweep.Kind, result.Run.Kind);
    }

    /// <summary>Where a single run is open, its time left is that of the steps it has not taken, by those it has; false where others are open too.</summary>
    private bool AssertTimeLeft(string folder)
    {
        ScalingSweep sweep = ScalingSweep.Prepare(recipe, folder, ["scale"]);
        if (sweep.Open.Count() > 1)
            return false;
        sweep.Time();
        SweepRun run = sweep.Open.Single();
        TrainerState stopped = Checkpoint.ReadState(Checkpoint.Newest(sweep.FolderOf(run))!);
        Assert.InRange(stopped.Step, 1, run.Recipe.Steps!.Value - 1);
        Assert.Equal(stopped.Seconds / stopped.Step * (run.Recipe.Steps.Value - stopped.Step), sweep.SecondsLeft, 1e-9);
        return true;
    }

    /// <summary>Trains the sweep as the tool does, stopping everything after so many steps; true once it is finished.</summary>
    private bool Train(string folder, int? stopAfter)
    {
        ScalingSweep sweep = ScalingSweep.Prepare(recipe, folder, ["scale"]);
        sweep.Time();
        Assert.True(sweep.SecondsLeft >= 0);
        using var stop = new CancellationTokenSource();
        int steps = 0;
        var counting = new Counting(() =>
        {
            if (++steps == stopAfter)
                stop.Cancel();
        });
        while (sweep.Open.FirstOrDefault() is { } run)
        {
            if (run.IsLargest)
                sweep.Foretell();
            using Pretraining pretraining = sweep.Begin(run, events: counting);
            if (pretraining.Train(stop.Token) == TrainingOutcome.Stopped)
                return false;
            sweep.Finish(run);
        }

        sweep.Conclude();
        return true;
    }

    /// <summary>The table without the seconds, which are no two times the same.</summary>
    private static string[] Rows(string folder) => [.. File.ReadLines(Path.Combine(folder, "points.csv")).Select(line => line[..line.LastIndexOf(',')])];

    private static string Text(int length)
    {
        string[] words = ["the", "cat", "sees", "a", "red", "ball", "and", "moon", "king", "likes"];
        var text = new StringBuilder();
        for (uint i = 1; text.Length < length; i++)
            text.Append(words[(i * 2654435761 >> 9) % 10]).Append(i % 9 == 0 ? ".\n" : " ");
        return text.ToString();
    }

    private sealed class Counting(Action step) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value)
        {
            if (value is TrainingEvent.Stepped)
                step();
        }
    }
}
