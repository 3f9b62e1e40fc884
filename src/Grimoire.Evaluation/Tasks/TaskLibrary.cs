using System.Reflection;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tasks;

/// <summary>The tasks that come with Grimoire, found wherever the tool runs, and tasks in files of one's own.</summary>
public static class TaskLibrary
{
    private const string Folder = "tasks/", Extension = ".json";
    private static readonly Assembly Here = typeof(TaskLibrary).Assembly;

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Here.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(name =>
            name[Folder.Length..^Extension.Length]).Order(StringComparer.Ordinal)];

    /// <summary>A task from a file, or the one of that name that comes with Grimoire; <c>group/variant</c> is one variant of a group.</summary>
    /// <exception cref="GrimoireException">There is none, or its file is not a task.</exception>
    public static TaskFile Find(string pathOrName)
    {
        if (File.Exists(pathOrName) || pathOrName.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            return TaskReader.Read(Bytes(pathOrName), pathOrName);
        if (Names.Contains(pathOrName, StringComparer.Ordinal))
            return Shipped(pathOrName);
        if (pathOrName.Split('/') is [var group, var variant] && Names.Contains(group, StringComparer.Ordinal) && Shipped(group) is { } whole
            && whole.Variants.Contains(variant))
            return Variant(whole, variant);
        string known = Nearest.Find(pathOrName, Names) is { } near ? $"did you mean {near}?" : $"tasks that come with Grimoire are {string.Join(", ", Names)}.";
        throw new GrimoireException($"There is no task \"{pathOrName}\"; {known}");
    }

    /// <summary>The tasks that a task or group comes to.</summary>
    /// <exception cref="GrimoireException">A group names a task that does not exist, or itself.</exception>
    public static IReadOnlyList<TaskFile> Expand(TaskFile task) => Expand(task, []);

    private static IReadOnlyList<TaskFile> Expand(TaskFile task, IReadOnlyList<string> within)
    {
        if (within.Contains(task.Name))
            throw new GrimoireException($"The group {task.Name} names itself, by way of {string.Join(", ", within)}; take one of the names out.");
        return task.Tasks.Count > 0 ? [.. task.Tasks.SelectMany(name => Expand(Find(name), [.. within, task.Name]))]
            : task.Variants.Count > 0 ? [.. task.Variants.Select(variant => Variant(task, variant))]
            : [task];
    }

    private static TaskFile Variant(TaskFile group, string variant) => group with
    {
        Name = $"{group.Name}/{variant}",
        Variants = [],
        Data = group.Data with { File = group.Data.File.Replace("{variant}", variant, StringComparison.Ordinal) },
    };

    private static TaskFile Shipped(string name)
    {
        using Stream resource = Here.GetManifestResourceStream(Folder + name + Extension)!;
        using var memory = new MemoryStream();
        resource.CopyTo(memory);
        return TaskReader.Read(memory.ToArray(), $"task {name}");
    }

    private static byte[] Bytes(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllBytes(path) : throw new GrimoireException($"{path}: there is no such file; give a task's name or its file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{path}: cannot be read ({e.Message.TrimEnd('.')}); give a task's name or its file.", e);
        }
    }
}
