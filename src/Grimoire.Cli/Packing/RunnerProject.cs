using System.Reflection;
using Grimoire.Models;

namespace Grimoire.Cli.Packing;

/// <summary>
/// A folder with the sources of the runner (src/Grimoire.Runner, which the tool carries) and the libraries that this tool runs with itself: all that the SDK
/// needs to build the program of a packed model. Gone when disposed.
/// </summary>
internal sealed class RunnerProject : IDisposable
{
    private const string Prefix = "runner/";

    public RunnerProject()
    {
        Folder = Directory.CreateTempSubdirectory("grimoire-pack-").FullName;
        Directory.CreateDirectory(Libraries);
        foreach (string resource in Sources)
            Unpack(resource, Path.Combine(Folder, resource[Prefix.Length..]));
        foreach (string library in LibrariesOf(typeof(LanguageModel).Assembly))
            File.Copy(library, Path.Combine(Libraries, Path.GetFileName(library)));
    }

    public string Folder { get; }

    public string Libraries => Path.Combine(Folder, "libraries");

    /// <summary>Where the published program comes to lie.</summary>
    public string Published => Path.Combine(Folder, "published");

    private static IEnumerable<string> Sources =>
        typeof(RunnerProject).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static void Unpack(string resource, string path)
    {
        using Stream source = typeof(RunnerProject).Assembly.GetManifestResourceStream(resource)!;
        using FileStream target = File.Create(path);
        source.CopyTo(target);
    }

    /// <summary>The files of an assembly and of all that it needs, as far as they lie beside the tool; the others are the runtime's own.</summary>
    private static HashSet<string> LibrariesOf(Assembly root)
    {
        HashSet<string> found = [];
        var waiting = new Queue<AssemblyName>([root.GetName()]);
        while (waiting.TryDequeue(out AssemblyName? name))
        {
            string file = Path.Combine(AppContext.BaseDirectory, name.Name + ".dll");
            if (!File.Exists(file) || !found.Add(file))
                continue;
            foreach (AssemblyName needed in Assembly.Load(name).GetReferencedAssemblies())
                waiting.Enqueue(needed);
        }

        return found;
    }
}
