using System.Text.Json.Nodes;

namespace Grimoire.Evaluation.Tasks;

/// <summary>An example of a task, as it is put to a model.</summary>
public sealed record TaskExample
{
    /// <summary>Unique, and the same for every model: <c>blimp/adjunct_island/17</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The row it was made of.</summary>
    public required JsonObject Row { get; init; }

    /// <summary>What stands before the question: the preamble and the few shots, each with what parts it from what follows.</summary>
    public string Before { get; init; } = "";

    /// <summary>The question alone, as the template writes it.</summary>
    public string Question { get; init; } = "";

    /// <summary>All that the model reads: <see cref="Before"/> and <see cref="Question"/>.</summary>
    public string Context => Before + Question;

    /// <summary>What is chosen from: continuations, or in a task of contexts the contexts.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Which of the choices are right.</summary>
    public IReadOnlyList<int> Right { get; init; } = [];

    /// <summary>What follows each context in a task of contexts, or what is to be foreseen or scored whole.</summary>
    public string Continuation { get; init; } = "";

    /// <summary>Right answers to a question that is answered freely.</summary>
    public IReadOnlyList<string> Answers { get; init; } = [];

    /// <summary>The part of the task that the example belongs to, as in <c>island_effects</c>; empty where there are none.</summary>
    public string Part { get; init; } = "";
}
