using System.Globalization;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>Fills the report of a pretraining run with what only the model and the data can tell.</summary>
internal static class PretrainingReport
{
    private const int SurpriseTokens = 320, Alternatives = 3, CountedTokens = 2_000_000, ListedPieces = 40, ExampleTokens = 80;

    public static ReportData Read(PretrainingPlan plan, LanguageModel model, TokenData data, SequenceSampler? heldOut, Kernels kernels)
    {
        ReportData report = ReportOfRun.Read(plan.Folder);
        return report with
        {
            UntrainedLoss = plan.UniformLoss,
            Commands =
            [
                new CommandLine("Let it write", $"grimoire generate {ReportOfRun.Quoted(plan.Folder)} --prompt {ReportOfRun.Quoted(Opening(report))}"),
                new CommandLine("Look inside", $"grimoire info {ReportOfRun.Quoted(plan.Folder)}"),
                .. report.Commands,
            ],
            Tables = [ModelTable(plan), DataTable(plan), TrainingTable(plan), ResultTable(report.Run)],
            Surprise = heldOut is null ? [] : [.. Surprise(model, heldOut, kernels)],
            Tokenizer = View(model.Tokenizer, data, plan),
        };
    }

    /// <summary>The prompt that its samples began with, if any.</summary>
    private static string Opening(ReportData report) => report.Samples.Select(s => s.Prompt).FirstOrDefault(p => p.Trim().Length > 0) ?? "The";

    private static FactTable ModelTable(PretrainingPlan plan)
    {
        ModelConfig m = plan.Model;
        return new FactTable("Model",
        [
            new("family", m.Family), new("parameters", Number(m.ParameterCount)), new("layers", Number(m.Layers)),
            new("heads", m.KeyValueHeads == m.Heads ? Number(m.Heads) : $"{m.Heads}, sharing {m.KeyValueHeads} for keys and values"),
            new("channels", Number(m.Channels)), new("context", $"{Number(m.Context)} tokens"), new("vocabulary", Number(m.Vocabulary)),
        ]);
    }

    private static FactTable DataTable(PretrainingPlan plan) => new("Data",
    [
        new("text", $"{Number(plan.TrainBytes)} bytes"),
        new("training tokens", Number(plan.TrainTokens)), new("held-out tokens", Number(plan.ValidationTokens)),
        new("bytes a token", ((double)plan.TrainBytes / plan.TrainTokens).ToString("0.00", CultureInfo.InvariantCulture)),
        new("rounds over the text", plan.Epochs.ToString("0.0", CultureInfo.InvariantCulture)),
    ]);

    private static FactTable TrainingTable(PretrainingPlan plan)
    {
        OptimizerSettings o = plan.Recipe.Optimizer;
        return new FactTable("Training",
        [
            new("steps", Number(plan.Steps)), new("tokens", Number(plan.Tokens)),
            new("operations", plan.Operations.ToString("0.0e0", CultureInfo.InvariantCulture)),
            new("optimizer", o.Kind.ToString()), new("learning rate", $"{o.LearningRate.ToString(CultureInfo.InvariantCulture)}, {o.Schedule}"),
            new("seed", Number(plan.Recipe.Seed)),
        ]);
    }

    private static FactTable ResultTable(RunInfo run) =>
        new("Result", [.. run.Results.Select(r =>
            new Fact(r.Key.Replace('_', ' '), r.Value.ToString(r.Value == Math.Floor(r.Value) ? "N0" : "0.0000", CultureInfo.InvariantCulture)))]);

    /// <summary>Held-out text, token by token: −log p of each, and what the model would rather have read.</summary>
    private static IEnumerable<SurpriseToken> Surprise(LanguageModel model, SequenceSampler heldOut, Kernels kernels)
    {
        var workspace = new Workspace(kernels);
        int shown = 0;
        for (long n = 0; n < heldOut.SequencesPerEpoch && shown < SurpriseTokens; n++)
        {
            TrainingBatch sequence = heldOut.Draw(n, 1);
            workspace.Reset();
            Pass pass = model.Transformer.Begin(workspace, sequence.ToBatch());
            Tensor logProbabilities = Ops.LogSoftmax(model.Transformer.Forward(pass));
            float[] rows = logProbabilities.ToArray<float>();
            StreamingDecoder decoder = model.Tokenizer.CreateDecoder(skipSpecial: false, continues: true);
            for (int t = 0; t < sequence.Targets.Length && shown < SurpriseTokens; t++, shown++)
            {
                ReadOnlySpan<float> row = rows.AsSpan(t * model.Config.Vocabulary, model.Config.Vocabulary);
                yield return new SurpriseToken(decoder.Append(sequence.Targets[t]), -row[sequence.Targets[t]], Likeliest(model.Tokenizer, row));
            }
        }
    }

    private static IReadOnlyList<(string Text, double Probability)> Likeliest(Tokenizer tokenizer, ReadOnlySpan<float> logProbabilities)
    {
        int[] ids = new int[logProbabilities.Length];
        float[] keys = new float[ids.Length];
        for (int i = 0; i < ids.Length; i++)
            (ids[i], keys[i]) = (i, -logProbabilities[i]);
        Array.Sort(keys, ids);
        var likeliest = new List<(string, double)>();
        for (int i = 0; i < Math.Min(Alternatives, ids.Length); i++)
            likeliest.Add((Text(tokenizer, ids[i]), Math.Exp(-keys[i])));
        return likeliest;
    }

    private static TokenizerView View(Tokenizer tokenizer, TokenData data, PretrainingPlan plan)
    {
        var tokens = new int[(int)Math.Min(data.Train.Length, CountedTokens)];
        data.Train.Read(0, tokens);
        List<(int Id, long Count)> counts = [.. tokens.CountBy(id => id).Select(p => (p.Key, (long)p.Value))
            .OrderByDescending(p => p.Item2).ThenBy(p => p.Key)];
        IEnumerable<string> longest = Enumerable.Range(0, tokenizer.VocabularySize).Where(id => tokenizer.Contains(id) && !tokenizer.IsSpecial(id))
            .Select(id => Text(tokenizer, id)).OrderByDescending(text => text.Length).ThenBy(text => text, StringComparer.Ordinal);
        double bytes = (double)plan.TrainBytes / plan.TrainTokens;
        return new TokenizerView(
            string.Create(CultureInfo.InvariantCulture, $"{tokenizer.VocabularySize:N0} pieces; one stands for {bytes:0.00} bytes of this text."),
            [.. counts.Take(ListedPieces).Select(c => new PieceCount(Text(tokenizer, c.Id), c.Count))],
            [.. longest.Take(ListedPieces)],
            [.. tokens.Take(ExampleTokens).Select(id => Text(tokenizer, id))]);
    }

    /// <summary>A token's text by itself, with the space it may begin with.</summary>
    private static string Text(Tokenizer tokenizer, int id)
    {
        StreamingDecoder decoder = tokenizer.CreateDecoder(skipSpecial: false, continues: true);
        return decoder.Append(id) + decoder.Flush();
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
