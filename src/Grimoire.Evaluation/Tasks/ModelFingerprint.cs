using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tasks;

/// <summary>
/// What tells models apart that answer differently: a hash of the config, the weights, attached adapters and the vocabulary. Where a model lies and what it is
/// called does not matter.
/// </summary>
public static class ModelFingerprint
{
    private const string Probe = "The 3 wizards' cafés cost $12.50 — well, “maybe” more…\n\tIsn't it?";

    /// <summary>The first half of a SHA-256, as hexadecimal digits.</summary>
    public static string Of(LanguageModel model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, model.Config.ToString());
        foreach (Parameter parameter in model.Transformer.Parameters.Concat(model.Transformer.Adapters.SelectMany(adapter => adapter.Parameters)))
        {
            Add(hash, $"{parameter.Name} {parameter.Tensor}");
            hash.AppendData(Bytes(parameter.Tensor));
        }

        if (PackedModel.RoundsActivations(model.Transformer))
            Add(hash, "activations of 8 bits");
        for (int id = 0; id < model.Tokenizer.VocabularySize; id++)
            Add(hash, model.Tokenizer.Contains(id) ? model.Tokenizer.Piece(id) : "");
        Add(hash, string.Join(' ', Encoded(model)));
        Add(hash, model.ChatTemplate?.Source ?? "");
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    /// <summary>How a text is cut; nothing where a small vocabulary lacks a letter of it.</summary>
    private static int[] Encoded(LanguageModel model)
    {
        try
        {
            return model.Tokenizer.Encode(Probe, addSpecial: true);
        }
        catch (GrimoireException)
        {
            return [];
        }
    }

    private static void Add(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\0"));

    private static ReadOnlySpan<byte> Bytes(Tensor tensor) => tensor.DType switch
    {
        DType.F32 => MemoryMarshal.AsBytes(tensor.Span<float>()),
        DType.F64 => MemoryMarshal.AsBytes(tensor.Span<double>()),
        DType.F16 => MemoryMarshal.AsBytes(tensor.Span<Half>()),
        DType.BF16 => MemoryMarshal.AsBytes(tensor.Span<ushort>()),
        _ => tensor.Span<byte>(),
    };
}
