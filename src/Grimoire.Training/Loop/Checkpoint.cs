using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Formats;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>
/// Everything that later steps depend on, in a folder: what is trained as <see cref="Learner.Save"/> keeps it (so that it can be run as it is), the
/// optimizer's memory, and <c>checkpoint.json</c> with the rest and a hash of every file, itself included. It is written beside its place, flushed and
/// renamed, and taken away by renaming first: a folder under its final name is complete.
/// </summary>
public static class Checkpoint
{
    /// <summary>The file that is written last and vouches for the others.</summary>
    public const string StateFile = "checkpoint.json";

    private const string OptimizerFile = "optimizer.safetensors", Unfinished = ".tmp", SetAside = ".damaged";

    /// <summary>Writes a checkpoint to <paramref name="folder"/>, replacing what is there.</summary>
    /// <exception cref="GrimoireException">The folder cannot be written; what was there before is untouched.</exception>
    public static void Save(string folder, Learner learner, Optimizer optimizer, TrainerState state)
    {
        string beside = $"{folder}.{Environment.ProcessId}{Unfinished}";
        try
        {
            Delete(beside);
            Directory.CreateDirectory(beside);
            learner.Save(beside);
            Safetensors.Write(Path.Combine(beside, OptimizerFile), optimizer.State.Select(p => (p.Name, p.Tensor)));
            AtomicFile.WriteText(Path.Combine(beside, StateFile), Signed(Describe(beside, optimizer.Steps, state)).ToJsonString());
            Remove(folder);
            Directory.Move(beside, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or GrimoireException)
        {
            TryDelete(beside);
            string why = (e as GrimoireException)?.InnerException?.Message ?? e.Message;
            throw new GrimoireException(
                $"{folder}: the checkpoint cannot be written ({why.TrimEnd('.')}); " +
                "earlier checkpoints are untouched: free space, then continue with the same command.", e);
        }
    }

    /// <summary>Takes a checkpoint away, whole or not at all: one that somebody has open stays.</summary>
    public static void Remove(string folder)
    {
        string beside = $"{folder}.old{Unfinished}";
        TryDelete(beside);
        if (TryMove(folder, beside))
            TryDelete(beside);
    }

    /// <summary>
    /// Removes what killed processes left unfinished, and sets aside, under another name, the checkpoints later than <paramref name="step"/>:
    /// training goes on from there, so they are damaged ones.
    /// </summary>
    /// <exception cref="GrimoireException">One cannot be set aside.</exception>
    public static void CleanUp(string runFolder, long step)
    {
        string checkpoints = Path.Combine(runFolder, "checkpoints");
        if (!Directory.Exists(checkpoints))
            return;
        foreach (string unfinished in Directory.GetDirectories(checkpoints, "*" + Unfinished))
            TryDelete(unfinished);
        foreach ((long _, string folder) in Run.Checkpoints(runFolder).Where(c => c.Step > step))
        {
            TryDelete(folder + SetAside);
            if (!TryMove(folder, folder + SetAside))
                throw new GrimoireException($"{folder}: damaged, and cannot be renamed to make room for a new one; delete it.");
        }
    }

    /// <summary>The newest checkpoint of a run whose files are all there and unchanged, or null; damaged ones are reported and passed over.</summary>
    public static string? Newest(string runFolder, Action<string>? damaged = null)
    {
        foreach ((long _, string folder) in Run.Checkpoints(runFolder).Reverse())
        {
            if (Fault(folder) is not { } fault)
                return folder;
            damaged?.Invoke(fault);
        }

        return null;
    }

    /// <summary>What is wrong with a checkpoint, in a sentence, or null: every file is read and compared with its hash.</summary>
    public static string? Fault(string folder)
    {
        try
        {
            foreach ((string name, JsonNode? entry) in ReadSigned(folder)["files"]!.AsObject())
            {
                string path = Path.Combine(folder, Path.GetFileName(name));
                if (!File.Exists(path) || new FileInfo(path).Length != entry!["bytes"]!.GetValue<long>() || Hash(path) != entry["sha256"]!.GetValue<string>())
                    return $"{path}: missing or changed since it was written; the checkpoint cannot be used.";
            }

            return null;
        }
        catch (Exception e) when (IsDamage(e))
        {
            return Incomplete(folder, e);
        }
    }

    /// <summary>Where training stood. The weights are not looked at; <see cref="Newest"/> and <see cref="Fault"/> do.</summary>
    /// <exception cref="GrimoireException">The folder holds no checkpoint, or its state is damaged.</exception>
    public static TrainerState ReadState(string folder)
    {
        try
        {
            return TrainerState.FromJson(ReadSigned(folder)["trainer"]!.AsObject());
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new GrimoireException(Incomplete(folder, e), e);
        }
    }

    /// <summary>Gives an optimizer the memory it had; parameters come back with <see cref="Learner.Restore"/>.</summary>
    /// <exception cref="GrimoireException">The checkpoint is damaged or belongs to another model or optimizer.</exception>
    public static void Restore(string folder, Optimizer optimizer)
    {
        SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, OptimizerFile));
        foreach (Parameter parameter in optimizer.State)
        {
            if (!file.Contains(parameter.Name) || file.Tensor(parameter.Name) is not { } saved || saved.Shape != parameter.Tensor.Shape)
                throw new GrimoireException(
                    $"{file.Path}: has no {parameter.Name} of shape {parameter.Tensor.Shape}; the checkpoint belongs to another optimizer or model.");
            Kernels.Reference.Copy(saved, parameter.Tensor);
        }

        try
        {
            optimizer.Steps = ReadSigned(folder)["optimizer_steps"]!.GetValue<long>();
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new GrimoireException(Incomplete(folder, e), e);
        }
    }

    private static JsonObject Describe(string folder, long optimizerSteps, TrainerState state)
    {
        var files = new JsonObject();
        foreach (string path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            files[Path.GetFileName(path)] = new JsonObject { ["bytes"] = new FileInfo(path).Length, ["sha256"] = Hash(path) };
        return new JsonObject { ["trainer"] = state.ToJson(), ["optimizer_steps"] = optimizerSteps, ["files"] = files };
    }

    /// <summary>The object with the hash of its own text, so that a changed step or hash is noticed like a changed weight.</summary>
    private static JsonObject Signed(JsonObject state)
    {
        state["sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state.ToJsonString())));
        return state;
    }

    private static JsonObject ReadSigned(string folder)
    {
        JsonObject state = JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, StateFile)))!.AsObject();
        string? signature = state["sha256"]?.GetValue<string>();
        state.Remove("sha256");
        return Signed(state)["sha256"]!.GetValue<string>() == signature ? state : throw new FormatException($"{StateFile} has changed since it was written");
    }

    private static bool IsDamage(Exception e) =>
        e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException
            or NullReferenceException or FormatException or ArgumentException;

    private static string Incomplete(string folder, Exception e) => $"{folder}: not a complete checkpoint ({e.Message.Split(". ")[0].TrimEnd('.')}).";

    private static string Hash(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static bool TryMove(string folder, string to)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Move(folder, to);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>Deletes what nobody needs; what cannot be deleted now is when the run is next opened.</summary>
    private static void TryDelete(string folder)
    {
        try
        {
            Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Leftovers under another name disturb nothing.
        }
    }
}
