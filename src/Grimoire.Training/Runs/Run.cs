using System.Globalization;
using System.Text.Json.Nodes;

namespace Grimoire.Training.Runs;

/// <summary>
/// One training run, which is a folder: <c>run.json</c> (what and how), <c>metrics.jsonl</c>, <c>samples.jsonl</c>, <c>tensorboard/</c>,
/// <c>checkpoints/</c> and <c>report.html</c>. One process at a time may hold it; everything it holds is readable while it grows.
/// </summary>
public sealed class Run : IDisposable
{
    private const string LockName = "run.lock", CheckpointPrefix = "step-";
    private readonly FileStream held;
    private JsonLines metrics, samples;
    private EventFile events;

    private Run(string folder, FileStream held, RunInfo info)
    {
        (Folder, this.held, Info) = (folder, held, info);
        info.Write(folder);
        (metrics, samples) = (new JsonLines(MetricsPath), new JsonLines(SamplesPath));
        events = OpenEvents();
    }

    /// <summary>The run's folder.</summary>
    public string Folder { get; }

    /// <summary>What <c>run.json</c> says.</summary>
    public RunInfo Info { get; private set; }

    /// <summary>Where the report goes.</summary>
    public string ReportPath => Path.Combine(Folder, "report.html");

    private string MetricsPath => Path.Combine(Folder, "metrics.jsonl");

    private string SamplesPath => Path.Combine(Folder, "samples.jsonl");

    /// <summary>Whether a folder holds a run.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, RunInfo.FileName));

    /// <summary>Begins a run in a folder that holds none yet.</summary>
    /// <exception cref="GrimoireException">The folder holds a run, is in use or cannot be written.</exception>
    public static Run Create(string folder, RunInfo info)
    {
        folder = Path.GetFullPath(folder);
        FileStream only = Lock(folder);
        try
        {
            if (Exists(folder))
                throw new GrimoireException($"{folder}: a run is already here; continue it with the same command or choose another folder.");
            return new Run(folder, only, info with { Started = DateTime.UtcNow, Status = RunStatus.Running });
        }
        catch
        {
            only.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Goes on with a run from its state after <paramref name="step"/> steps: metrics and samples of later steps are taken back, because they will come again.
    /// </summary>
    /// <exception cref="GrimoireException">The folder holds no run, is in use or cannot be written, or its files are damaged.</exception>
    public static Run Resume(string folder, long step)
    {
        folder = Path.GetFullPath(folder);
        RunInfo info = RunInfo.Read(folder);
        FileStream only = Lock(folder);
        try
        {
            var run = new Run(folder, only, info with
            {
                Status = RunStatus.Running,
                Message = null,
                Ended = null,
                Resumed = [.. info.Resumed, DateTime.UtcNow],
            });
            run.Rewind(step);
            return run;
        }
        catch
        {
            only.Dispose();
            throw;
        }
    }

    /// <summary>Takes back the metrics and samples of later steps.</summary>
    public void Rewind(long step)
    {
        metrics.Dispose();
        samples.Dispose();
        events.Dispose();
        bool UpTo(JsonObject row) => row["step"]?.GetValue<long>() <= step;
        JsonLines.Keep(MetricsPath, UpTo);
        JsonLines.Keep(SamplesPath, UpTo);
        (metrics, samples) = (new JsonLines(MetricsPath), new JsonLines(SamplesPath));
        events = OpenEvents();
    }

    /// <summary>Appends a row of metrics, to <c>metrics.jsonl</c> and for TensorBoard.</summary>
    public void Log(MetricRow row)
    {
        metrics.Append(row.ToJson());
        events.Append(row, TimeOf(row));
    }

    /// <summary>Appends a sample of the model's writing.</summary>
    public void Log(TextSample sample)
    {
        var row = new JsonObject { ["step"] = sample.Step, ["prompt"] = sample.Prompt, ["text"] = sample.Text };
        if (sample.Reference is { } reference)
            row["reference"] = reference;
        if (sample.Score is { } score)
            row["score"] = JsonLines.Number(score);
        samples.Append(row);
    }

    /// <summary>Writes down how the run ended and what came out.</summary>
    public void End(RunStatus status, string? message = null, IReadOnlyDictionary<string, double>? results = null)
    {
        Info = Info with { Status = status, Message = message, Ended = DateTime.UtcNow, Results = results ?? Info.Results };
        Info.Write(Folder);
    }

    /// <summary>The same, if it can be written down: on a full disk the failure itself is what must be told.</summary>
    internal void TryEnd(RunStatus status, string message)
    {
        try
        {
            End(status, message);
        }
        catch (GrimoireException)
        {
            // What is being told already is worse.
        }
    }

    /// <summary>The folder for the checkpoint after <paramref name="step"/> steps, such as <c>checkpoints/step-00000100</c>.</summary>
    public string CheckpointFolder(long step) =>
        Path.Combine(Folder, "checkpoints", string.Create(CultureInfo.InvariantCulture, $"{CheckpointPrefix}{step:D8}"));

    /// <summary>The checkpoints in a run folder, oldest first. Folders still being written have other names.</summary>
    public static IReadOnlyList<(long Step, string Folder)> Checkpoints(string folder)
    {
        string checkpoints = Path.Combine(folder, "checkpoints");
        if (!Directory.Exists(checkpoints))
            return [];
        var found = new List<(long Step, string Folder)>();
        foreach (string path in Directory.EnumerateDirectories(checkpoints, CheckpointPrefix + "*"))
        {
            if (long.TryParse(Path.GetFileName(path)[CheckpointPrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out long step))
                found.Add((step, path));
        }

        return [.. found.OrderBy(c => c.Step)];
    }

    /// <summary>The metrics of a run, finished or not.</summary>
    /// <exception cref="GrimoireException">A line is damaged.</exception>
    public static IReadOnlyList<MetricRow> Metrics(string folder) => ReadRows(Path.Combine(folder, "metrics.jsonl"), MetricRow.FromJson);

    /// <summary>The samples of a run, finished or not.</summary>
    /// <exception cref="GrimoireException">A line is damaged.</exception>
    public static IReadOnlyList<TextSample> Samples(string folder) => ReadRows(
        Path.Combine(folder, "samples.jsonl"),
        row => new TextSample(row["step"]!.GetValue<long>(), row["prompt"]!.GetValue<string>(), row["text"]!.GetValue<string>())
        {
            Reference = row["reference"]?.GetValue<string>(),
            Score = row["score"] is { } score ? JsonLines.ToDouble(score) : null,
        });

    /// <summary>What <c>run.json</c> in a folder says; a run whose process is gone without a word is <see cref="RunStatus.Interrupted"/>.</summary>
    /// <exception cref="GrimoireException">The folder holds no run or the file is damaged.</exception>
    public static RunInfo ReadInfo(string folder)
    {
        RunInfo info = RunInfo.Read(folder);
        return info.Status == RunStatus.Running && !IsLocked(folder) ? info with { Status = RunStatus.Interrupted } : info;
    }

    /// <summary>Closes the files and lets another process have the run. One not ended before counts as interrupted.</summary>
    public void Dispose()
    {
        metrics.Dispose();
        samples.Dispose();
        events.Dispose();
        held.Dispose();
    }

    private static List<T> ReadRows<T>(string path, Func<JsonObject, T> read)
    {
        var rows = new List<T>();
        foreach (JsonObject row in JsonLines.Read(path))
        {
            try
            {
                rows.Add(read(row));
            }
            catch (Exception e) when (e is NullReferenceException or InvalidOperationException or FormatException)
            {
                throw new GrimoireException($"{path}, line {rows.Count + 1}: a value is missing or of the wrong type; mend or delete the line.", e);
            }
        }

        return rows;
    }

    /// <summary>TensorBoard's file is a copy of the metrics, written anew whenever the run is opened.</summary>
    private EventFile OpenEvents()
    {
        var file = new EventFile(Path.Combine(Folder, "tensorboard"), Info.Started);
        foreach (MetricRow row in Metrics(Folder))
            file.Append(row, TimeOf(row));
        return file;
    }

    private DateTime TimeOf(MetricRow row) => Info.Started + TimeSpan.FromSeconds(row[Metric.Seconds] is { } s && double.IsFinite(s) ? s : 0);

    /// <summary>The lock is the open file, not its existence, so one left by a killed process locks nothing.</summary>
    private static FileStream Lock(string folder)
    {
        string path = Path.Combine(folder, LockName);
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new GrimoireException($"{folder}: cannot be written ({e.Message.TrimEnd('.')}); choose another folder.", e);
        }
        catch (IOException e)
        {
            string why = File.Exists(path)
                ? "another process is at work on this run; wait for it or choose another folder"
                : $"cannot be written ({e.Message.TrimEnd('.')})";
            throw new GrimoireException($"{folder}: {why}.", e);
        }
    }

    private static bool IsLocked(string folder)
    {
        string path = Path.Combine(folder, LockName);
        if (!File.Exists(path))
            return false;
        try
        {
            using var probe = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }
}
