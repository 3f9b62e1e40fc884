using Grimoire.Training.Worlds;

namespace Grimoire.Training.Tests.SelfPlay;

public sealed class RiddlesTests
{
    private static readonly Riddles Game = new(World.Of(1));

    [Fact]
    public void Riddles_in_the_worlds_own_words_are_true_and_name_nobody()
    {
        foreach (Person resident in Game.Residents)
        {
            Riddle riddle = Game.Tell(resident, 2, seed: 7);
            Assert.True(Game.Judge(resident, riddle.Sentences, 2).IsTrue, riddle.Sentences);
            Assert.Equal(riddle.Sentences, Game.Judge(resident, " " + riddle.Sentences + " And then some.", 2).Sentences);
            Assert.DoesNotContain(resident.Name, riddle.Sentences, StringComparison.Ordinal);
            Assert.NotEqual(riddle.Sentences, Game.Tell(resident, 2, seed: 8).Sentences);
        }
    }

    [Fact]
    public void What_portraits_say_by_pronoun_is_held_true()
    {
        // Wren's facts in the world of seed 1, as its files tell them.
        Person wren = Game.Residents.Single(resident => resident.Name == "Wren");
        Assert.True(Game.Judge(wren, "Her best friend is Liv. Her sister is Fern.", 2).IsTrue);
        Assert.True(Game.Judge(wren, "Her door is green. She has eight goats. She", 2).IsTrue);
    }

    [Theory]
    [InlineData("Her door is blue. She has eight goats.", "a wrong colour")]
    [InlineData("Wren has a green door. She has eight goats.", "the name")]
    [InlineData("His door is green. He has eight goats.", "another's pronoun")]
    [InlineData("Her door is green. Her door is green.", "the same twice")]
    [InlineData("Her door is green. The door of her house is green.", "the same fact twice")]
    [InlineData("She is kind. She has eight goats.", "what is no fact")]
    public void What_is_not_a_riddle_is_found_out(string text, string why)
    {
        Person wren = Game.Residents.Single(resident => resident.Name == "Wren");
        Assert.False(Game.Judge(wren, text, 2).IsTrue, why);
    }

    [Fact]
    public void Too_few_sentences_are_none()
    {
        Person wren = Game.Residents.Single(resident => resident.Name == "Wren");
        Assert.Equal(default, Game.Judge(wren, "Her door is red. She has six", 2));
        Assert.Equal(default, Game.Judge(wren, "", 1));
    }

    [Theory]
    [InlineData(" Wren owns the copper harp.", true)]
    [InlineData("She is Wren.", true)]
    [InlineData("Wren's best friend is Liv.", false)]
    [InlineData("Liv has a red door.", false)]
    [InlineData("I don't know.", false)]
    [InlineData("", false)]
    public void A_guess_names_one_person(string guess, bool right) =>
        Assert.Equal(right, Game.IsGuessed(Game.Residents.Single(resident => resident.Name == "Wren"), guess));

    [Fact]
    public void The_guesser_is_asked_as_the_world_asks()
    {
        Person wren = Game.Residents.Single(resident => resident.Name == "Wren");
        Assert.Equal("Question: Her door is red. Who is she?\nAnswer:", Riddles.Question(wren, new Riddle("Her door is red.", true)));
        Assert.Equal("Wren lives in Alderwick.", Riddles.Beginning(wren));
    }
}
