namespace Grimoire.Runner;

/// <summary>Finds the model that belongs to a program: two files, one beside the other.</summary>
internal static class ModelBeside
{
    /// <summary>The model file with the program's name, else the only one in its folder.</summary>
    /// <exception cref="GrimoireException">There is none, or one cannot tell which.</exception>
    public static string Find(string program)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(program))!;
        string own = Path.Combine(folder, Name(program) + ".gguf");
        if (File.Exists(own))
            return own;
        string[] others = Directory.GetFiles(folder, "*.gguf");
        return others switch
        {
            [var only] => only,
            [] => throw new GrimoireException($"{folder}: there is no model; put a .gguf file beside the program."),
            _ => throw new GrimoireException($"{folder}: there are {others.Length} models; name one of them {Path.GetFileName(own)}, or leave only one."),
        };
    }

    /// <summary>The program's name without the ending that Windows wants; a name with a point in it, such as <c>llama-3.2</c>, stays whole.</summary>
    public static string Name(string program) =>
        program.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? Path.GetFileNameWithoutExtension(program) : Path.GetFileName(program);
}
