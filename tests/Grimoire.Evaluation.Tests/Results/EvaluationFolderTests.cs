using System.Text.Json.Nodes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation;

public class EvaluationFolderTests
{
    private static readonly RunInfo Request = new()
    {
        Kind = "evaluate",
        Command = ["evaluate", "my model", "--tasks", "blimp"],
        Recipe = new JsonObject { ["tasks"] = "blimp", ["limit"] = 3 },
        Seed = 1234,
    };

    private static readonly EvaluationResult Result = new()
    {
        Run = Request,
        Title = "blimp <b>of</b> | a model",
        Summary = "It knows </script><script>alert(1)</script> three of four.",
        Figures =
        [
            new Figure("acc", 0.75) { Interval = new Interval(0.5, 1), Count = 4, Signature = "n:4|seed:1" },
            new Figure("perplexity", double.NaN) { Of = "blimp/a", LowerIsBetter = true, Unit = "bits" },
        ],
        Tables = [new DataTable("By kind", ["Kind", ">Right"], [["a <i>", "1"], ["b", "0"]])],
        Plots =
        [
            new Plot("Right against length", "tokens", "right", [new PlotSeries("all", [(1, 2), (3, double.PositiveInfinity)], Joined: false) { Colour = 3 }])
            {
                Lead = "Longer is worse.",
            },
        ],
    };

    [Fact]
    public void What_was_written_is_read()
    {
        using var scratch = new Scratch();
        JsonObject[] examples = [Row("1", 1), Row("2", 0)];
        EvaluationFolder.Write(scratch["out"], Result, examples);
        EvaluationResult read = EvaluationFolder.Read(scratch["out"]);
        Assert.True(EvaluationFolder.Exists(scratch["out"]));
        Assert.Equal(Result.Figures, read.Figures);
        Assert.Equal((Result.Title, Result.Summary), (read.Title, read.Summary));
        Assert.Equal(ResultsJson.Of(Result).ToJsonString(), ResultsJson.Of(read).ToJsonString());
        Assert.Equal(RunStatus.Finished, read.Run.Status);
        Assert.Equal(0.75, read.Run.Results["acc"]);
        Assert.Equal(examples.Select(row => row.ToJsonString()), EvaluationFolder.Examples(scratch["out"]).Select(row => row.ToJsonString()));
        Assert.Equal(("acc", 0.75), RunSummary.Read(scratch["out"]).Outcome);
    }

    [Fact]
    public void Text_of_models_stays_text_in_page_and_markdown()
    {
        using var scratch = new Scratch();
        EvaluationFolder.Write(scratch.Folder, Result, []);
        string page = File.ReadAllText(scratch["report.html"]), markdown = File.ReadAllText(scratch["results.md"]);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">a &lt;i&gt;</th><td class=\"n\">1</td>", page, StringComparison.Ordinal);
        Assert.Contains("0.5000 … 1.0000", page, StringComparison.Ordinal);
        Assert.Contains("| Kind | Right |\n| --- | ---: |\n| a &lt;i> | 1 |\n", markdown, StringComparison.Ordinal);
        Assert.Contains("grimoire evaluate 'my model' --tasks blimp", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_finished_folder_answers_its_own_request_only()
    {
        using var scratch = new Scratch();
        Assert.Null(EvaluationFolder.Find(scratch["none"], Request));
        EvaluationFolder.Write(scratch["out"], Result, []);
        Assert.Equal(Result.Title, EvaluationFolder.Find(scratch["out"], Request)!.Title);
        RunInfo other = Request with { Recipe = new JsonObject { ["tasks"] = "blimp", ["limit"] = 4 } };
        string message = Assert.Throws<GrimoireException>(() => EvaluationFolder.Find(scratch["out"], other)).Message;
        Assert.Contains("its limit is another", message, StringComparison.Ordinal);
        Assert.Throws<GrimoireException>(() => EvaluationFolder.Find(scratch["out"], Request with { Kind = "score" }));
    }

    [Fact]
    public void A_training_run_is_not_written_over()
    {
        using var scratch = new Scratch();
        using (Run run = Run.Create(scratch["run"], Request with { Kind = "pretrain" }))
            run.End(RunStatus.Finished);
        Assert.Throws<GrimoireException>(() => EvaluationFolder.Write(scratch["run"], Result, []));
        Assert.Throws<GrimoireException>(() => EvaluationFolder.Find(scratch["run"], Request));
        Assert.Throws<GrimoireException>(() => EvaluationFolder.Read(scratch["run"]));
    }

    [Fact]
    public void A_damaged_file_is_told_by_its_name()
    {
        using var scratch = new Scratch();
        EvaluationFolder.Write(scratch.Folder, Result, []);
        string whole = File.ReadAllText(scratch["results.json"]);
        string[] damages = ["", "[]", "{}", "{\"title\": 3}", whole.Replace("\"0\"", "\"0\", \"1\"", StringComparison.Ordinal)];
        foreach (string damage in damages)
        {
            scratch.Write("results.json", damage);
            string message = Assert.Throws<GrimoireException>(() => EvaluationFolder.Read(scratch.Folder)).Message;
            Assert.Contains("results.json: damaged", message, StringComparison.Ordinal);
        }
    }

    private static JsonObject Row(string id, double score) => new() { ["id"] = id, ["task"] = "blimp", ["scores"] = new JsonObject { ["acc"] = score } };
}
