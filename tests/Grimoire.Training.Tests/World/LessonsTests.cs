using System.Text.Json;
using Grimoire.Training.Worlds;

namespace Grimoire.Tests.Worlds;

public sealed class LessonsTests
{
    private static readonly World One = World.Of(1);

    [Fact]
    public void Twenty_lessons_have_exactly_the_shares_they_are_said_to_have()
    {
        var kinds = One.Lessons(Split.Train).Skip(40).Take(20).CountBy(lesson => lesson.Place?.Kind ?? "dialogues").ToDictionary();
        Assert.Contains(One.Lessons(Split.Train).Skip(40).Take(20), lesson => lesson.Exercise?.Skill == Skill.Unknown);
        Assert.Equal(new Dictionary<string, int> { ["questions"] = 5, ["instructions"] = 12, ["sums"] = 1, ["requests"] = 1, ["dialogues"] = 1 }, kinds);
    }

    [Fact]
    public void No_exercise_comes_twice_and_none_is_passed_over()
    {
        // Those that nobody can answer come more often than in their series.
        var numbers = One.Lessons(Split.Test).Take(400).Where((lesson, i) => lesson.Place is not null && i % 20 != 17).ToLookup(lesson => lesson.Place!.Kind, lesson => lesson.Place!.Index);
        foreach (var kind in numbers) Assert.Equal(Enumerable.Range(0, kind.Count()).Select(i => (long)i), kind);
    }

    [Fact]
    public void A_lesson_says_what_its_exercise_says()
    {
        foreach (var lesson in One.Lessons(Split.Validation).Take(100).Where(lesson => lesson.Exercise is not null))
        {
            Assert.Equal([new Message("user", lesson.Exercise!.Prompt), new Message("assistant", lesson.Exercise.Answer)], lesson.Messages);
            Assert.Equal(lesson.Exercise.Answer, World.Exercise(lesson.Place!.ToString()).Answer);
        }
    }

    [Fact]
    public void Their_files_hold_conversations_and_the_places_of_exercises()
    {
        var folder = Directory.CreateTempSubdirectory("world").FullName;
        One.Write(folder, 100);
        JsonElement[] rows = [.. File.ReadLines(Path.Combine(folder, "sft.train.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(110, rows.Length);
        Assert.Equal(World.Of(1).Pretraining(Split.Train).Take(10), rows.Where((_, i) => i % 11 == 10).Select(row => row.GetProperty("text").GetString()));
        Assert.Equal(5, rows.Count(row => row.TryGetProperty("messages", out _) && !row.TryGetProperty("exercise", out _)));
        foreach (var row in rows.Where(row => row.TryGetProperty("exercise", out _)))
        {
            Assert.Equal(World.Exercise(row.GetProperty("exercise").GetString()!).Prompt, row.GetProperty("messages")[0].GetProperty("content").GetString());
            Assert.Equal("assistant", row.GetProperty("messages")[1].GetProperty("role").GetString());
        }
        Directory.Delete(folder, recursive: true);
    }
}
