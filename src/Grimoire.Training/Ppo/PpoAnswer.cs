using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>An answer and all that a round learns from it; each list has an entry for each of its tokens.</summary>
/// <param name="Encoded">Prompt and answer as the model reads them.</param>
/// <param name="LogProbabilities">ln π_old of the tokens.</param>
/// <param name="Values">What was foretold before each.</param>
/// <param name="Advantages">How much better than foretold it came.</param>
/// <param name="Returns">What should have been foretold.</param>
internal sealed record PpoAnswer(EncodedExample Encoded, float[] LogProbabilities, float[] Values, double[] Advantages, double[] Returns);
