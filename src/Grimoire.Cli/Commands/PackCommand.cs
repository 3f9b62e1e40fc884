using System.CommandLine;
using Grimoire.Cli.Packing;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire pack</c>: a model as two files, the weights and a program that runs them.</summary>
internal static class PackCommand
{
    private sealed record Choices
    {
        public string? System { get; init; }

        public string? Name { get; init; }

        public string? Type { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("rid", "the system it shall run on, as .NET names it (linux-x64, win-x64, osx-arm64); otherwise this one", Text("a name").OrNone(),
                (Choices c) => c.System, (c, v) => c with { System = v }),
            Setting.Of("name", "what the two files are called; otherwise as the model's folder or file", Text("a file name").OrNone(),
                (Choices c) => c.Name, (c, v) => c with { Name = v }),
            Setting.Of("type",
                $"quantise on the way, {string.Join(", ", QuantizationMix.All.Select(mix => mix.Name))}; otherwise weights stay as they are",
                Text("a name").OrNone(), (Choices c) => c.Type, (c, v) => c with { Type = v }),
        ];
    }

    public static Verb Create()
    {
        var model = new Argument<string>("MODEL") { Description = "a model folder, a .gguf file, a run folder or a checkpoint" };
        var folder = new Argument<string>("OUT") { Description = "an empty folder; made if it is not there" };
        Options<Choices>? options = null;
        Verb verb = new("pack", "Make two files of a model: its weights, and a program that runs them and needs nothing else.",
            "grimoire pack runs/quickstart my-model", "grimoire pack model/ out --type Q4_K_M --rid win-x64")
        {
            Detail = "The weights become a GGUF file. The program finds it beside itself, chats if the model has learnt to, and else continues texts. " +
                "Building it takes the .NET SDK and, the first time, the network.",
            Run = (parse, terminal) => Run(terminal, parse.GetRequiredValue(model), parse.GetRequiredValue(folder), options!.Read(parse, new Choices())),
        };
        verb.Add(model);
        verb.Add(folder);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        return verb;
    }

    private static int Run(Terminal terminal, string path, string folder, Choices choices)
    {
        string source = ModelPath.Find(path);
        string name = choices.Name ?? NameOf(path);
        Check(folder, name);
        string weights = Path.Combine(folder, name + ".gguf"), program = Path.Combine(folder, name);
        Waiting.While(terminal, "writing the weights", tell => Write(source, weights, choices.Type, tell));
        try
        {
            program = Build(terminal, program, choices.System);
        }
        catch
        {
            File.Delete(weights); // one of two files is none
            throw;
        }

        Sheet.Facts(terminal, (weights, Numbers.Bytes(new FileInfo(weights).Length)), (program, Numbers.Bytes(new FileInfo(program).Length)));
        return Tool.Success;
    }

    private static void Write(string source, string weights, string? type, Action<double> tell)
    {
        QuantizationMix? mix = type is null ? null : QuantizationMix.Named(type);
        LanguageModel model = LanguageModel.Load(source);
        if (!model.Config.Head)
            throw new GrimoireException($"{source}: this {model.Config.Family} model is an encoder, which writes no text; pack one that does.");
        if (mix is null)
            ModelConversion.Run(source, weights);
        else if (model.Transformer.Parameters.Any(parameter => parameter.Tensor.DType.IsQuantized()))
            throw new GrimoireException($"{source}: its weights are quantised already, which would lose twice; leave --type out, or pack the original.");
        else
            ModelQuantization.Run(source, weights, model.Transformer, model, mix, importance: null, tell);
    }

    /// <summary>Builds the program and returns its path, which on Windows has an ending.</summary>
    private static string Build(Terminal terminal, string path, string? system)
    {
        using var project = new RunnerProject();
        string built = Waiting.While(terminal, "building the program", () => Sdk.Publish(project, system, terminal.Stop));
        path += Path.GetExtension(built);
        Copy(built, path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, File.GetUnixFileMode(built));
        return path;
    }

    private static void Check(string folder, string name)
    {
        if (name.Trim('.').Length == 0 || name != Path.GetFileName(name) || name.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()))
            throw new UsageException($"--name is \"{name}\"; it must be a file name, without folders and endings.");
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new GrimoireException($"{folder}: this is not an empty folder; name one that is, or one that does not exist yet.");
    }

    /// <summary>The last part of a path, without a file's ending; a path of dots alone means the folder it leads to.</summary>
    private static string NameOf(string path) =>
        File.Exists(path) ? Path.GetFileNameWithoutExtension(path) : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private static void Copy(string source, string target) => AtomicFile.Write(target, stream =>
    {
        using FileStream from = File.OpenRead(source);
        from.CopyTo(stream);
    });
}
