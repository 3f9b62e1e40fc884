using Grimoire.Evaluation;
using Grimoire.Models;
using Grimoire.Training;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Cli;

/// <summary>Finds the model that a path means.</summary>
internal static class ModelPath
{
    /// <summary>
    /// A GGUF file or a folder with <c>config.json</c>: the path itself, or in a run folder its finished model, else its best checkpoint, else its newest.
    /// </summary>
    /// <exception cref="GrimoireException">There is no model.</exception>
    public static string Find(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new GrimoireException("the path of a model is empty; give a .gguf file, a model folder, a run folder or a checkpoint.");
        if (HasModel(path))
            return path;
        if (File.Exists(path))
            throw new GrimoireException($"{path}: this is no GGUF file; give a .gguf file, a model folder, a run folder or a checkpoint.");
        if (!Directory.Exists(path))
        {
            string inRuns = Path.Combine("runs", path);
            throw new GrimoireException(Directory.Exists(inRuns)
                ? $"{path}: there is no such folder; did you mean {inRuns}?"
                : $"{path}: there is no such file or folder; give a .gguf file, a model folder, a run folder or a checkpoint.");
        }

        if (!Run.Exists(path))
            throw new GrimoireException($"{path}: there is neither config.json (a model) nor run.json (a run) in this folder.");
        if (EvaluationFolder.Exists(path))
            throw new GrimoireException($"{path}: this folder holds an evaluation and no model; give the model that was measured.");
        string finished = Pretraining.ModelFolder(path);
        if (HasModel(finished))
            return finished;
        // A run of several stages whose last one is not done is as far as its stages are.
        if (QuickstartPlan.Stages.Select(stage => Path.Combine(path, stage)).LastOrDefault(HasBegun) is { } stage)
            return Find(stage);
        string newest = Checkpoint.Newest(path) ?? throw new GrimoireException(
            $"{path}: this run has no checkpoint yet; continue it with the command that began it.");
        long best = Checkpoint.ReadState(newest).BestStep;
        return Run.Checkpoints(path).FirstOrDefault(checkpoint => checkpoint.Step == best).Folder ?? newest;
    }

    /// <summary>Checks that a model can be written: not over the one it is made from, nor, unless forced, over anything.</summary>
    /// <exception cref="GrimoireException">Something stands there.</exception>
    public static void CheckOutput(string from, string to, string doing, bool force)
    {
        if (Path.GetFullPath(from).TrimEnd(Path.DirectorySeparatorChar) == Path.GetFullPath(to).TrimEnd(Path.DirectorySeparatorChar))
            throw new GrimoireException($"{to}: this is the model to be {doing}; give another place.");
        if (!force && (File.Exists(to) || (Directory.Exists(to) && Directory.EnumerateFileSystemEntries(to).Any())))
            throw new GrimoireException($"{to}: there is something already; choose another place, or replace it with --force.");
    }

    /// <summary>What a model is called: its file or folder, or the run whose model it is.</summary>
    public static string NameOf(string path)
    {
        string whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), name = Path.GetFileName(whole);
        return name == "model" ? NameOf(Path.GetDirectoryName(whole)!)
            : name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) ? Path.GetFileNameWithoutExtension(name) : name;
    }

    private static bool HasBegun(string run) => Run.Exists(run) && (HasModel(Pretraining.ModelFolder(run)) || Checkpoint.Newest(run) is not null);

    /// <summary>Whether a path is a model itself.</summary>
    public static bool HasModel(string path) => ModelFiles.Exists(path);
}
