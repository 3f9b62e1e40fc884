using System.Text;
using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

/// <summary>Thousands of damaged files: each opens, or is refused with a sentence; nothing else happens.</summary>
public sealed class HostileFilesTests
{
    [Fact]
    public void Damaged_safetensors_files_are_refused_or_harmless()
    {
        using var scratch = new Scratch();
        Safetensors.Write(scratch["good"], SafetensorsTests.Sample(), new Dictionary<string, string> { ["format"] = "pt" });
        byte[] good = File.ReadAllBytes(scratch["good"]);
        int refused = 0;
        for (ulong seed = 0; seed < 3000; seed++)
        {
            string path = scratch.Write("bad", Damaged(good, seed, good.Length - 64));
            refused += Survives(seed, () =>
            {
                SafetensorsFile file = SafetensorsFile.Open(path);
                foreach (TensorEntry entry in file.Entries)
                {
                    if (entry.DType is not null)
                        Runs.Values(file.Tensor(entry.Name));
                }
            });
        }

        Assert.InRange(refused, 1000, 2999);
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama-partial-yarn")]
    [InlineData("qwen2-window")]
    public void Damaged_configs_are_refused_or_harmless(string name)
    {
        using var scratch = new Scratch();
        ModelFolder.Save(scratch.Folder, FamilyModels.Random(name));
        byte[] good = File.ReadAllBytes(scratch["config.json"]);
        int refused = 0;
        for (ulong seed = 0; seed < 700; seed++)
        {
            scratch.Write("config.json", Damaged(good, seed, good.Length));
            refused += Survives(seed, () => ModelFolder.Load(scratch.Folder).Logits(1, 2));
        }

        Assert.InRange(refused, 300, 699);
    }

    private static int Survives(ulong seed, Action open)
    {
        try
        {
            open();
            return 0;
        }
        catch (GrimoireException e)
        {
            Assert.NotEmpty(e.Message);
            return 1;
        }
        catch (Exception e) when (e is not GrimoireException)
        {
            throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
        }
    }

    /// <summary>One to three changes among the first bytes: a byte replaced, a digit changed, a stretch removed, doubled or overwritten with JSON.</summary>
    private static byte[] Damaged(byte[] good, ulong seed, int range)
    {
        ulong draws = 0;
        int Draw(int limit) => (int)(CountedRandom.Bits(seed, draws++) % (ulong)limit);
        string[] words = ["null", "-1", "1e999", "{}", "[]", "\"", "99999999999999999999", "true", "\\ud800", "0", "{", "\0", "\u00ff", "9223372036854775807"];
        List<byte> bytes = [.. good];
        for (int changes = 1 + Draw(3); changes > 0; changes--)
        {
            int at = Draw(Math.Min(range, bytes.Count - 1)), length = Math.Min(1 + Draw(12), bytes.Count - at - 1);
            switch (Draw(5))
            {
                case 0: bytes[at] = (byte)Draw(256); break;
                case 1: ReplaceDigit(bytes, at, Draw(10)); break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                default:
                    bytes.RemoveRange(at, length);
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(words[Draw(words.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }

    private static void ReplaceDigit(List<byte> bytes, int at, int digit)
    {
        int found = bytes.FindIndex(at, letter => letter is >= (byte)'0' and <= (byte)'9');
        if (found >= 0)
            bytes[found] = (byte)('0' + digit);
    }
}
