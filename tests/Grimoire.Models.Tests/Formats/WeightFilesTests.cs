using Grimoire.Models.Formats;
using Grimoire.Tensors;

namespace Grimoire.Models.Tests;

public sealed class WeightFilesTests
{
    private const string Index = "model.safetensors.index.json";

    [Fact]
    public void Shards_are_one_set_of_names()
    {
        using Scratch scratch = Sharded("""{"metadata":{"total_size":8},"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}""");
        WeightFiles weights = WeightFiles.Open(scratch.Folder);
        Assert.Equal(["a", "b"], weights.Names.Order(StringComparer.Ordinal));
        Assert.Equal(2, weights.Tensor("b").Item());
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"1.safetensors","b":"3.safetensors"}}""", "3.safetensors: there is no such file")]
    [InlineData("""{"weight_map":{"a":"1.safetensors","b":"1.safetensors"}}""", "tensor b is said to be in 1.safetensors")]
    [InlineData("""{"weight_map":{"a":"1.safetensors","b":"2.safetensors","c":"2.safetensors"}}""", "tensor c is said to be in 2.safetensors")]
    [InlineData("""{"weight_map":{"b":"2.safetensors","c":"1.safetensors"}}""", "tensor c is said to be in 1.safetensors")]
    [InlineData("""{"weight_map":{"a":"1.safetensors","b":"copy.safetensors"}}""", "tensor a is also in 1.safetensors")]
    [InlineData("""{"weight_map":{"a":"../1.safetensors"}}""", "no plain file name")]
    [InlineData("""{"weight_map":{"a":"..\\1.safetensors"}}""", "no plain file name")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "no plain file name")]
    [InlineData("""{"weight_map":{"a":".."}}""", "no plain file name")]
    [InlineData("""{"weight_map":{"a":""}}""", "no plain file name")]
    [InlineData("""{"weight_map":{"a":"1.safetensors\u0000"}}""", "no plain file name")]
    [InlineData("""{"weight_map":{"a":7}}""", "weight_map: a is 7")]
    [InlineData("""{"weight_map":[]}""", "weight_map is []")]
    [InlineData("""{}""", "weight_map is missing")]
    [InlineData("""{"weight_map":{"a":"1.safetensors","a":"2.safetensors"}}""", "Duplicate property 'a'")]
    [InlineData("", "broken JSON")]
    [InlineData("{", "broken JSON")]
    public void An_index_that_does_not_fit_is_one_clear_error(string index, string fault)
    {
        using Scratch scratch = Sharded(index);
        string message = Assert.Throws<GrimoireException>(() => WeightFiles.Open(scratch.Folder)).Message;
        Assert.Contains(fault, message, StringComparison.Ordinal);
        Assert.StartsWith(scratch.Folder, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_the_index_does_not_list_is_named()
    {
        using Scratch scratch = Sharded("""{"weight_map":{"a":"1.safetensors"}}""");
        Safetensors.Write(scratch["1.safetensors"], [("a", Tensor.Zeros(1)), ("stray", Tensor.Zeros(1))]);
        Assert.Contains("tensor stray", Assert.Throws<GrimoireException>(() => WeightFiles.Open(scratch.Folder)).Message, StringComparison.Ordinal);
    }

    private static Scratch Sharded(string index)
    {
        var scratch = new Scratch();
        Safetensors.Write(scratch["1.safetensors"], [("a", Tensor.From(1, [1]))]);
        Safetensors.Write(scratch["2.safetensors"], [("b", Tensor.From(1, [2]))]);
        Safetensors.Write(scratch["copy.safetensors"], [("a", Tensor.From(1, [1])), ("b", Tensor.From(1, [1]))]);
        scratch.Write(Index, index);
        return scratch;
    }
}
