using Grimoire.Cli.Packing;

namespace Grimoire.Cli.Tests.Packing;

public sealed class RunnerProjectTests
{
    [Fact]
    public void It_holds_all_that_a_build_needs_and_leaves_nothing()
    {
        string folder;
        using (var project = new RunnerProject())
        {
            folder = project.Folder;
            Assert.True(File.Exists(Path.Combine(folder, "Grimoire.Runner.csproj")));
            Assert.True(File.Exists(Path.Combine(folder, "Program.cs")));
            IEnumerable<string> libraries = Directory.EnumerateFiles(project.Libraries).Select(Path.GetFileNameWithoutExtension)!;
            Assert.Superset(new HashSet<string> { "Grimoire.Models", "Grimoire.Tensors" }, libraries.ToHashSet());
            Assert.DoesNotContain("Grimoire.Training", libraries);
        }

        Assert.False(Directory.Exists(folder));
    }
}
