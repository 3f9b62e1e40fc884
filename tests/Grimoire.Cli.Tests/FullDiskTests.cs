namespace Grimoire.Cli.Tests;

/// <summary>A disk that fills up, on a small one of memory in a mount namespace of its own, where the system allows that.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public void A_disk_that_fills_up_while_training_loses_nothing()
    {
        using var scratch = new Scratch();
        string disk = scratch["disk"], data = scratch.Write("tale.txt", Tale.Of(6000));
        Directory.CreateDirectory(disk);
        RequireMounts(disk);
        string[] command = RaisedModel.Pretrain(data, Path.Combine(disk, "run"));
        string tool = string.Join(' ', Child.Words(command).Select(word => $"'{word}'"));
        // Room for a checkpoint or two beside the filling, and for all once it is gone.
        string script = $"""
            mount -t tmpfs -o size=3m tmpfs '{disk}' || exit 90
            head -c 2400000 /dev/zero > '{disk}/filling'
            {tool} > '{scratch["first.out"]}' 2> '{scratch["first.err"]}'; echo $?
            ls '{disk}/run/checkpoints' > '{scratch["kept"]}'
            rm '{disk}/filling'
            {tool} > '{scratch["second.out"]}' 2> '{scratch["second.err"]}'; echo $?
            cp '{disk}/run/model/model.safetensors' '{scratch["model"]}'
            """;
        Outcome outcome = Child.Start("unshare", "-rm", "sh", "-c", script).Result();
        Assert.True(outcome.Output == "1\n0\n", $"{outcome.Output}{outcome.Error}\n{File.ReadAllText(scratch["first.out"])}{File.ReadAllText(scratch["first.err"])}{File.ReadAllText(scratch["second.err"])}");
        new Outcome(Tool.Failed, "", File.ReadAllText(scratch["first.err"])).AssertRefused(Tool.Failed, "No space left", disk);
        Assert.DoesNotContain(".tmp", File.ReadAllText(scratch["kept"]), StringComparison.Ordinal);

        Outcome.Of(RaisedModel.Pretrain(data, scratch["whole"])).AssertSucceeded();
        Assert.Equal(File.ReadAllBytes(scratch["whole/model/model.safetensors"]), File.ReadAllBytes(scratch["model"]));
    }

    [Fact]
    public void Standard_output_on_a_full_disk_is_a_sentence()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        using var scratch = new Scratch();
        string tool = string.Join(' ', Child.Words("world", scratch["world"], "--documents", "10").Select(word => $"'{word}'"));
        Child.Start("sh", "-c", $"{tool} > /dev/full").Result().AssertRefused(Tool.Failed, "disk is full");
    }

    private static void RequireMounts(string folder)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        try
        {
            Outcome outcome = Child.Start("unshare", "-rm", "sh", "-c", $"mount -t tmpfs tmpfs '{folder}'").Result();
            Assert.SkipUnless(outcome.ExitCode == 0, $"needs the right to mount a small disk ({outcome.Error.Trim()})");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("needs unshare");
        }
    }
}
