using Grimoire.Evaluation.Metrics;

namespace Grimoire.Evaluation.Tests.Metrics;

/// <summary>The examples of Porter's paper, and the words about which NLTK differs from it.</summary>
public sealed class PorterStemmerTests
{
    [Theory]
    [InlineData("caresses caress ponies cats", "caress caress poni cat")]
    [InlineData("feed agreed plastered bled motoring sing", "feed agre plaster bled motor sing")]
    [InlineData("conflated troubled sized hopping tanned falling hissing fizzed failing filing", "conflat troubl size hop tan fall hiss fizz fail file")]
    [InlineData("happy relational conditional rational digitizer radically differently", "happi relat condit ration digit radic differ")]
    [InlineData("vietnamization predication operator feudalism decisiveness hopefulness callousness formality sensitivity sensibility",
        "vietnam predic oper feudal decis hope callous formal sensit sensibl")]
    [InlineData("triplicate formative formalize electrical hopeful goodness", "triplic form formal electr hope good")]
    [InlineData("revival allowance inference airliner gyroscopic adjustable defensible irritant replacement adjustment dependent adoption",
        "reviv allow infer airlin gyroscop adjust defens irrit replac adjust depend adopt")]
    [InlineData("communism activate angularity homologous effective bowdlerize", "commun activ angular homolog effect bowdler")]
    [InlineData("probate rate cease controlling rolling", "probat rate ceas control roll")]
    [InlineData("dies died flies spied skies dying news innings enjoy fly theology hopefully", "die die fli spi sky die news inning enjoy fli theolog hope")]
    public void Words_lose_their_endings(string words, string stems) => Assert.Equal(stems, string.Join(' ', words.Split(' ').Select(PorterStemmer.Stem)));
}
