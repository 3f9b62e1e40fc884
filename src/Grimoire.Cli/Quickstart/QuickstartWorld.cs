using System.Text.Encodings.Web;
using System.Text.Json;
using Grimoire.Training.Worlds;

namespace Grimoire.Cli;

/// <summary>The files that quickstart learns from: a generated world, written once.</summary>
internal static class QuickstartWorld
{
    /// <summary>The world itself.</summary>
    public static World World => World.Of(1);

    private const int Documents = 20_000, HeldOut = 500;
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the files of a plan where they are not there yet; a folder half written is not taken for one.</summary>
    /// <exception cref="GrimoireException">They cannot be written.</exception>
    public static void Write(QuickstartPlan plan)
    {
        string half = plan.World + ".part";
        try
        {
            if (Directory.Exists(plan.World))
                return;
            if (Directory.Exists(half))
                Directory.Delete(half, recursive: true);
            World.Write(half, Documents);
            WriteHeldOut(Path.Combine(half, "heldout.jsonl"));
            Directory.Move(half, plan.World);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GrimoireException($"{plan.World}: cannot be written ({e.Message.TrimEnd('.')}); choose another folder with --run.", e);
        }
    }

    /// <summary>Less held-out text than the world has, as it is all read at each end.</summary>
    private static void WriteHeldOut(string path) => AtomicFile.Write(path, stream =>
    {
        foreach (string text in World.Pretraining(Split.Validation).Take(HeldOut))
        {
            using (var json = new Utf8JsonWriter(stream, Readable))
            {
                json.WriteStartObject();
                json.WriteString("text", text);
                json.WriteEndObject();
            }

            stream.WriteByte((byte)'\n');
        }
    });
}
