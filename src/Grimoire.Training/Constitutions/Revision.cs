using System.Text.Json.Nodes;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>What a model made of its own answer.</summary>
/// <param name="Answer">What it said first.</param>
/// <param name="Critiques">What it found wrong, with the principle by which it looked, in order.</param>
/// <param name="Revised">What it would rather have said.</param>
public sealed record Revision(string Answer, IReadOnlyList<(Principle Principle, string Critique)> Critiques, string Revised)
{
    /// <summary>
    /// Asks a model for an answer to a prompt, for its critique by a principle drawn from the constitution, and for a revised answer in the light of it; again
    /// with other principles for as many rounds as are wanted. All draws are functions of the seed.
    /// </summary>
    /// <param name="model">What answers, criticises and revises.</param>
    /// <param name="constitution">The principles.</param>
    /// <param name="prompt">What is asked.</param>
    /// <param name="rounds">How often the answer is revised.</param>
    /// <param name="seed">Chooses principles and samples.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static Revision Of(Respondent model, Constitution constitution, Passage prompt, int rounds, ulong seed, CancellationToken cancellation = default)
    {
        JsonArray question = prompt.AsMessages("user");
        string first = model.Answer(question, CountedRandom.Bits(seed, 0), cancellation), answer = first;
        var order = new Permutation(constitution.All.Count, seed);
        var critiques = new List<(Principle, string)>();
        for (int round = 0; round < rounds; round++)
        {
            Principle principle = constitution.All[(int)order[round % constitution.All.Count]];
            JsonArray talk = question.DeepClone().AsArray();
            Add(talk, "assistant", answer);
            Add(talk, "user", principle.Critique);
            string critique = model.Answer(talk, CountedRandom.Bits(seed, (2 * (ulong)round) + 1), cancellation);
            Add(talk, "assistant", critique);
            Add(talk, "user", principle.Revision);
            answer = model.Answer(talk, CountedRandom.Bits(seed, (2 * (ulong)round) + 2), cancellation);
            critiques.Add((principle, critique));
        }

        return new Revision(first, critiques, answer);
    }

    private static void Add(JsonArray talk, string role, string content) => talk.Add((JsonNode)new JsonObject { ["role"] = role, ["content"] = content });
}
