using System.Text.Json;
using Grimoire.Training.Worlds;

namespace Grimoire.Tests.Worlds;

public sealed class ExercisePlaceTests
{
    [Fact]
    public void Each_row_of_a_file_names_its_exercise()
    {
        var folder = Directory.CreateTempSubdirectory("world").FullName;
        new World(5).Write(folder, 100);
        foreach (var kind in ExercisePlace.Kinds)
        {
            foreach (var row in File.ReadLines(Path.Combine(folder, $"{kind}.test.jsonl")).Select(line => JsonDocument.Parse(line).RootElement))
            {
                var exercise = World.Exercise(row.GetProperty("exercise").GetString()!);
                Assert.Equal(row.GetProperty("prompt").GetString(), exercise.Prompt);
                Assert.Equal(row.GetProperty(kind == "preferences" ? "chosen" : "completion").GetString(), exercise.Answer);
            }
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_place_is_written_as_it_is_read()
    {
        var place = ExercisePlace.Parse("18446744073709551615/sums/validation/123456789");
        Assert.Equal(new ExercisePlace(ulong.MaxValue, "sums", Split.Validation, 123456789), place);
        Assert.Equal("18446744073709551615/sums/validation/123456789", place.ToString());
        Assert.Same(place.World, World.Of(ulong.MaxValue));
    }

    [Theory]
    [InlineData("")]
    [InlineData("questions/test/7")]
    [InlineData("1/stories/test/7")]
    [InlineData("1/questions/Test/7")]
    [InlineData("1/questions/2/7")]
    [InlineData("-1/questions/test/7")]
    [InlineData("1/questions/test/-7")]
    [InlineData("1/questions/test/99999999999999999999")]
    [InlineData("1/questions/test/7/8")]
    public void What_names_no_exercise_is_refused_in_one_sentence(string place)
    {
        var error = Assert.Throws<GrimoireException>(() => World.Exercise(place));
        Assert.StartsWith($"'{place}' is no exercise of the world", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_world_of_another_size_has_no_names_that_would_mislead()
    {
        var folder = Directory.CreateTempSubdirectory("world").FullName;
        new World(5, new WorldOptions { Residents = 8, Newcomers = 0, Places = 4 }).Write(folder, 20);
        Assert.DoesNotContain("\"exercise\"", File.ReadAllText(Path.Combine(folder, "questions.test.jsonl")), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void More_seeds_than_are_kept_still_give_their_worlds()
    {
        for (var seed = 100UL; seed < 120; seed++) Assert.Equal(seed, World.Of(seed).Seed);
    }
}
