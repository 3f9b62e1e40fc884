using System.Text;
using Grimoire.Models;

namespace Grimoire.Runner;

/// <summary>The program of a packed model.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var interruption = new Interruption();
        var surroundings = new Surroundings(Console.In, Console.Out, Console.Error, interruption)
        {
            IsLive = !Console.IsOutputRedirected,
            IsTyped = !Console.IsInputRedirected,
        };
        return Run(args, Environment.ProcessPath ?? throw new PlatformNotSupportedException("The system does not tell where this program lies."), surroundings);
    }

    /// <summary>Runs the model beside a program and returns the exit code: 0, or 1 with one sentence about what is wrong.</summary>
    internal static int Run(IReadOnlyList<string> args, string program, Surroundings surroundings)
    {
        try
        {
            RunnerOptions options = RunnerOptions.Parse(args);
            if (options.Help)
                surroundings.Out.WriteLine(RunnerOptions.HelpText(ModelBeside.Name(program), ModelBeside.Name(program) + ".gguf"));
            else
                new Session(Talk.With(LanguageModel.Load(ModelBeside.Find(program)), options), surroundings).Run(options.Prompt);
            return 0;
        }
        catch (Exception e) when (e is GrimoireException or IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            surroundings.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
