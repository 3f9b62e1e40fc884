using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Models.Formats;
using Grimoire.Tensors;
using Grimoire.Training.Runs;

namespace Grimoire.Training;

/// <summary>
/// Everything that later steps depend on, in a folder: the model as a Hugging Face folder (so that it can be run as it is), the optimizer's
/// memory, and <c>checkpoint.json</c> with the rest and a hash of every file. It is written beside its place, flushed and renamed: a folder under
/// its final name is complete.
/// </summary>
public static class Checkpoint
{
    /// <summary>The file that is written last and vouches for the others.</summary>
    public const string StateFile = "checkpoint.json";

    private const string OptimizerFile = "optimizer.safetensors";

    /// <summary>Writes a checkpoint to <paramref name="folder"/>, replacing what is there.</summary>
    /// <exception cref="GrimoireException">The folder cannot be written; what was there before is untouched.</exception>
    public static void Save(string folder, LanguageModel model, Optimizer optimizer, TrainerState state)
    {
        string beside = $"{folder}.{Environment.ProcessId}.tmp";
        try
        {
            Remove(beside);
            Directory.CreateDirectory(beside);
            model.Save(beside, DType.F32);
            Safetensors.Write(Path.Combine(beside, OptimizerFile), optimizer.State.Select(p => (p.Name, p.Tensor)));
            AtomicFile.WriteText(Path.Combine(beside, StateFile), Describe(beside, optimizer.Steps, state).ToJsonString());
            Remove(folder);
            Directory.Move(beside, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or GrimoireException)
        {
            TryRemove(beside);
            string why = (e as GrimoireException)?.InnerException?.Message ?? e.Message;
            throw new GrimoireException(
                $"{folder}: the checkpoint cannot be written ({why.TrimEnd('.')}); earlier checkpoints are untouched: free space, then continue with the same command.", e);
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

    /// <summary>Where training stood.</summary>
    /// <exception cref="GrimoireException">The folder holds no undamaged checkpoint.</exception>
    public static TrainerState ReadState(string folder) =>
        Fault(folder) is { } fault ? throw new GrimoireException(fault) : TrainerState.FromJson(ReadJson(folder)["trainer"]!.AsObject());

    /// <summary>Gives an optimizer the memory it had; the model's parameters come with the model, loaded from the same folder.</summary>
    /// <exception cref="GrimoireException">The checkpoint belongs to another model or optimizer.</exception>
    public static void Restore(string folder, Optimizer optimizer)
    {
        SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, OptimizerFile));
        foreach (Parameter parameter in optimizer.State)
        {
            if (!file.Contains(parameter.Name) || file.Tensor(parameter.Name) is not { } saved || saved.Shape != parameter.Tensor.Shape)
                throw new GrimoireException($"{file.Path}: has no {parameter.Name} of shape {parameter.Tensor.Shape}; the checkpoint belongs to another optimizer or model.");
            Kernels.Reference.Copy(saved, parameter.Tensor);
        }

        optimizer.Steps = ReadJson(folder)["optimizer_steps"]!.GetValue<long>();
    }

    private static JsonObject Describe(string folder, long optimizerSteps, TrainerState state)
    {
        var files = new JsonObject();
        foreach (string path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            files[Path.GetFileName(path)] = new JsonObject { ["bytes"] = new FileInfo(path).Length, ["sha256"] = Hash(path) };
        return new JsonObject { ["trainer"] = state.ToJson(), ["optimizer_steps"] = optimizerSteps, ["files"] = files };
    }

    /// <summary>What is wrong with a checkpoint, in a sentence, or null.</summary>
    private static string? Fault(string folder)
    {
        try
        {
            foreach ((string name, JsonNode? entry) in ReadJson(folder)["files"]!.AsObject())
            {
                string path = Path.Combine(folder, Path.GetFileName(name));
                if (!File.Exists(path) || new FileInfo(path).Length != entry!["bytes"]!.GetValue<long>() || Hash(path) != entry["sha256"]!.GetValue<string>())
                    return $"{path}: missing or changed since it was written; the checkpoint cannot be used.";
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            return $"{folder}: not a complete checkpoint ({e.Message.Split(". ")[0].TrimEnd('.')}).";
        }
    }

    private static JsonObject ReadJson(string folder) => JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, StateFile)))!.AsObject();

    private static string Hash(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private static void TryRemove(string folder)
    {
        try
        {
            Remove(folder);
        }
        catch (IOException)
        {
            // The write already failed; its own error is the one to tell.
        }
        catch (UnauthorizedAccessException)
        {
        }
    }
}
