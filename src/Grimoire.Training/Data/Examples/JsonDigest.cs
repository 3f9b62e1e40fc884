using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Grimoire.Training.Data;

/// <summary>A number that tells one JSON from another: the first eight bytes of the SHA-256 of its text.</summary>
internal static class JsonDigest
{
    public static ulong Of(JsonNode json) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(json.ToJsonString())));

    /// <summary>The same as sixteen hexadecimal digits, a key of rows in a file.</summary>
    public static string KeyOf(JsonNode json) => $"{Of(json):x16}";
}
