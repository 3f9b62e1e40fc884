using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Grimoire.Tensors;

namespace Grimoire.Evaluation;

/// <summary>Seeds for what has a name: draws depend on the name and not on its place among others.</summary>
internal static class TextSeed
{
    /// <summary>The seed of a name under a seed.</summary>
    public static ulong Of(ulong seed, string name) =>
        CountedRandom.Bits(seed, BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))));
}
