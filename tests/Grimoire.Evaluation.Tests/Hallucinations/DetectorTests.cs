using Grimoire.Evaluation.Tasks;

namespace Grimoire.Evaluation.Hallucinations;

public class DetectorTests
{
    [Fact]
    public void Entropy_over_meanings_counts_meanings_and_not_wordings()
    {
        Assert.Equal(0, SemanticEntropy.OfCounts(["a", "a", "a"]));
        Assert.Equal(Math.Log(2), SemanticEntropy.OfCounts(["a", "b", "b", "a"]), 12);
        Assert.Equal(Math.Log(4), SemanticEntropy.OfCounts(["a", "b", "c", "d"]), 12);
        // Two wordings of one meaning with 0.3 each, and one of 0.2 drawn twice: 0.75 and 0.25.
        double[] p = [Math.Log(0.3), Math.Log(0.3), Math.Log(0.2), Math.Log(0.2)];
        Assert.Equal(-(0.75 * Math.Log(0.75)) - (0.25 * Math.Log(0.25)), SemanticEntropy.OfProbabilities(["x", "x", "y", "y"], ["x.", "X", "y", "y"], p), 12);
        // Whole answers of hundreds of tokens have probabilities that no double holds.
        Assert.Equal(Math.Log(2), SemanticEntropy.OfProbabilities(["x", "y"], ["x", "y"], [-2000, -2000]), 12);
    }

    [Fact]
    public void Detectors_say_what_they_measure()
    {
        using var scratch = new Scratch();
        string file = scratch.Write("q.jsonl", """{"prompt": "Where does Mira live?", "answer": "Oakton", "wordings": ["Mira lives where?"]}""");
        FactQuestion question = TextQuestion.Read(file)[0];
        var probed = new ProbedAnswer(
            question, Said("Mira lives in Oakton.", [-0.1f, -0.7f], [0.2f, 0.4f]),
            [Said("Oakton.", [-1f], [1f]), Said("In Elmwick", [-3f], [1f]), Said("I don't know.", [-2f], [1f])], [Said("Mira lives in Elmwick.", [-1f], [1f])]);
        double Of(string name) => Detector.All.Single(detector => detector.Name == name).Of(probed);
        Assert.Equal(AnswerOutcome.Right, probed.Outcome);
        Assert.Equal(0.4, Of("surprise_mean"), 6);
        Assert.Equal(0.7, Of("surprise_max"), 6);
        Assert.Equal(0.8, Of("surprise_sum"), 6);
        Assert.Equal(0.3, Of("entropy_mean"), 6);
        Assert.Equal(0.4, Of("entropy_max"), 6);
        Assert.Equal(2, Of("predictive_entropy"), 6);
        Assert.Equal(Math.Log(3), Of("semantic_entropy"), 6);
        Assert.Equal(1, Of("wording_disagreement"));
        // "lives" is no word of the question; so the file's meanings are stricter than the world's.
        Assert.Equal(1, Of("sample_disagreement"));
        Assert.Equal(double.NaN, Detector.All[^1].Of(new ProbedAnswer(question, probed.Greedy, probed.Samples, [])));
    }

    private static GeneratedAnswer Said(string text, float[] logProbabilities, float[] entropies) =>
        new(text, logProbabilities.Length, 1, true) { LogProbabilities = logProbabilities, Entropies = entropies };
}
