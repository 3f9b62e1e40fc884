using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Grimoire.Benchmarks.Peers;

/// <summary>llama.cpp's opinion of a GGUF file, through the program of bench/peers/llama.cpp.</summary>
internal sealed class LlamaCpp(string program)
{
    /// <summary>Logits <c>[id, vocabulary]</c>.</summary>
    public float[] Logits(string model, IReadOnlyList<int> ids) => Rows("logits", model, ids);

    /// <summary>Hidden states after the last norm, <c>[id, channel]</c>.</summary>
    public float[] States(string model, IReadOnlyList<int> ids) => Rows("states", model, ids);

    /// <summary>The mean of −ln p in nats, of all ids but the first of each piece of <paramref name="length"/>.</summary>
    public double Loss(string model, IReadOnlyList<int> ids, int length)
    {
        string said = Run(Words(ids), "perplexity", model, length.ToString(CultureInfo.InvariantCulture));
        return double.Parse(said.Split(", ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
    }

    /// <summary>The ids of texts.</summary>
    public int[][] Tokenize(string model, IReadOnlyList<string> texts, params string[] options)
    {
        using var input = new MemoryStream();
        foreach (string text in texts)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            input.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{bytes.Length}\n")));
            input.Write(bytes);
        }

        return [.. Run(input.ToArray(), ["tokenize", model, .. options]).TrimEnd('\n').Split('\n').Select(
            line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)).ToArray())];
    }

    /// <summary>Lets llama.cpp quantise a file.</summary>
    public void Quantize(string from, string to, string type) => Run([], "quantize", from, to, type);

    private float[] Rows(string verb, string model, IReadOnlyList<int> ids)
    {
        string file = Path.GetTempFileName();
        try
        {
            Run(Words(ids), verb, model, file);
            return MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(file)).ToArray();
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static byte[] Words(IEnumerable<int> ids) => Encoding.UTF8.GetBytes(string.Join(' ', ids.Select(id => id.ToString(CultureInfo.InvariantCulture))));

    private string Run(byte[] input, params string[] words)
    {
        var info = new ProcessStartInfo(program, words)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(info)!;
        Task<string> error = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Result : throw new GrimoireException($"{program} {string.Join(' ', words)}: {error.Result.Trim()}");
    }
}
