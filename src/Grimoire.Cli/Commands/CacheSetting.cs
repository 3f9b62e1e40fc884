using Grimoire.Tensors;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary>How the keys and values of a text are kept, the same in every verb that writes.</summary>
internal static class CacheSetting
{
    /// <summary>The setting <c>--kv-type</c>.</summary>
    public static Setting<TRecord> Of<TRecord>(Func<TRecord, DType> get, Func<TRecord, DType, TRecord> set) => Setting.Of(
        "kv_type", "how keys and values of the text so far are kept; f16 takes half the memory of f32, q8_0 about a quarter, which long texts feel",
        Choice(("f32", DType.F32), ("f16", DType.F16), ("q8_0", DType.Q8_0)), get, set, "Memory");
}
