using Grimoire.Tensors;
using Grimoire.Tests;

namespace Grimoire.Models.Tests;

/// <summary>Quantised weights are decoded and multiplied in float32: the logits are those of the decoded model, on every device.</summary>
public sealed class QuantizedLogitsTests
{
    public static TheoryData<string, string> Files => FamilyModels.OnDevices(["llama-q8_0", "llama-q4_k_m"]);

    [Theory]
    [MemberData(nameof(Files))]
    public void They_equal_those_of_the_decoded_weights(string name, string device)
    {
        string? folder = Shared.Path($"golden/quant-models/{name}");
        Assert.SkipWhen(folder is null, "needs ../shared/golden");
        Transformer model = GgufModel.Load(Path.Combine(folder!, "model.gguf"));
        foreach ((int[] tokens, float[] logits) in Golden.Decoded(folder!))
        {
            Assert.True(Runs.LargestDifference(logits, model.Logits(new Workspace(Runs.Device(device)), Batch.Of(tokens))) < 1e-4);

            // Token by token the weights go another way, one row at a time.
            var cache = new KeyValueCache(model.Config);
            float[] last = [];
            foreach (int token in tokens)
                last = model.Logits(new Workspace(Runs.Device(device)), new Batch().Add([token], cache));
            Assert.True(Runs.LargestDifference([.. logits.TakeLast(last.Length)], last) < 1e-4);
        }
    }
}
