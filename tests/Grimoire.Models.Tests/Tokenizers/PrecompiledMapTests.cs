using System.Runtime.InteropServices;
using System.Text;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Models.Tests.Tokenizers;

public sealed class PrecompiledMapTests
{
    /// <summary>A map of A to "a", of A and an acute accent to "á", by hand: a node's children lie at its offset xor their byte.</summary>
    private static byte[] Map()
    {
        var units = new uint[1024];
        units[0] = Unit(0, 0x100);
        units[0x100 ^ 'A'] = Unit('A', 0x300) | 1 << 8;
        int below = 0x100 ^ 'A' ^ 0x300;
        units[below] = 0 | 1u << 31;
        units[below ^ 0xCC] = Unit(0xCC, 0x010);
        int accent = below ^ 0xCC ^ 0x010;
        units[accent ^ 0x81] = Unit(0x81, 0x41) | 1 << 8;
        units[accent ^ 0x81 ^ 0x41] = 2 | 1u << 31;
        return [.. BitConverter.GetBytes(units.Length * 4), .. MemoryMarshal.AsBytes<uint>(units), .. "a\0á\0"u8];

        static uint Unit(int label, uint offset) => offset << 10 | (uint)label;
    }

    [Theory]
    [InlineData("xAy", "xay", "xay")]
    [InlineData("A\u0301A", "áa", "aa")]
    [InlineData("A\u0301\u0302", "á\u0302", "a")]
    [InlineData("A\u0301\u0302\u0303", "á\u0302\u0303", "a\u0301\u0302\u0303")]
    [InlineData("", "", "")]
    public void The_longest_text_or_the_shortest_of_a_grapheme_is_replaced(string text, string longest, string byGrapheme)
    {
        PrecompiledMap map = PrecompiledMap.TryParse(Map())!;
        Assert.Equal(longest, new Precompiled(map, byGrapheme: false).Normalize(text).ToString());
        Assert.Equal(byGrapheme, new Precompiled(map, byGrapheme: true).Normalize(text).ToString());
    }

    [Fact]
    public void Whatever_its_numbers_say_no_look_up_leaves_the_map()
    {
        var random = new Random(11);
        byte[] good = Map();
        byte[] text = Encoding.UTF8.GetBytes("A\u0301AxA\u0301");
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = [.. good];
            for (int i = random.Next(1, 8); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (PrecompiledMap.TryParse(bytes) is not { } map)
                continue;
            for (int at = 0; at < text.Length; at++)
            {
                if (map.TryReplace(text.AsSpan(at), round % 2 == 0, out int length, out _))
                    Assert.InRange(length, 1, text.Length - at);
            }
        }

        Assert.Null(PrecompiledMap.TryParse([]));
        Assert.Null(PrecompiledMap.TryParse([4, 0, 0, 0]));
        Assert.Null(PrecompiledMap.TryParse([3, 0, 0, 0, 1, 2, 3, 4]));
        Assert.Null(PrecompiledMap.TryParse(good.AsSpan(0, 100)));
    }
}
