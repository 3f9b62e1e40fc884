using Grimoire.Evaluation.Tasks;

namespace Grimoire.Evaluation.Reasoning;

/// <summary>Words that are put into a model's mouth: a task may have its own in <c>cues</c>.</summary>
public static class Cues
{
    /// <summary>What an answer begins with that is to be thought out (Kojima et al. 2022, arXiv:2205.11916).</summary>
    public const string ChainOfThought = "cot";

    /// <summary>What an answer begins with that is to be given at once.</summary>
    public const string Direct = "direct";

    /// <summary>What asks for the answer where thinking was cut.</summary>
    public const string Final = "final";

    /// <summary>What makes a model go on that has come to an end.</summary>
    public const string Wait = "wait";

    /// <summary>The names, with what is said where a task does not say it.</summary>
    public static IReadOnlyDictionary<string, string> Defaults { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [ChainOfThought] = "Let's think step by step.",
        [Direct] = "The answer is",
        [Final] = "\nFinal answer:",
        [Wait] = " Wait",
    };

    /// <summary>A task's cue of this name, or else the usual one.</summary>
    public static string Of(TaskFile task, string name) => task.Cues.TryGetValue(name, out string? own) ? own : Defaults[name];
}
