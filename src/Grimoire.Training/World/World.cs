namespace Grimoire.Training.Worlds;

/// <summary>How large a world is. The defaults are what a model of a few million parameters can learn by heart in minutes.</summary>
public sealed record WorldOptions
{
    /// <summary>People of whom all text tells; even, 4 to 60.</summary>
    public int Residents { get; init; } = 60;

    /// <summary>People of whom only documents tell; a multiple of 4, 0 or 8 to 24.</summary>
    public int Newcomers { get; init; } = 24;

    /// <summary>Villages, 4 to 16.</summary>
    public int Places { get; init; } = 16;

    internal WorldOptions Checked() =>
        Residents is < 4 or > 60 || Residents % 2 != 0 ? throw new GrimoireException($"a world has 4 to 60 residents, an even number, not {Residents}: change Residents.") :
        Newcomers is not (0 or (>= 8 and <= 24)) || Newcomers % 4 != 0 ? throw new GrimoireException($"a world has 0 or 8 to 24 newcomers, a multiple of 4, not {Newcomers}: change Newcomers.") :
        Places is < 4 or > 16 ? throw new GrimoireException($"a world has 4 to 16 villages, not {Places}: change Places.") :
        this;
}

/// <summary>
/// A small language world grown from one seed: hidden facts, and every kind of text that training, aligning and testing a language model needs, all in
/// agreement with them. Nothing is stored: each document is made from its index when asked for.
/// </summary>
/// <example><code>
/// var world = new World(seed: 1);
/// foreach (var story in world.Stories(Split.Train).Take(3)) Console.WriteLine(story.Text);
/// </code></example>
public sealed class World
{
    private readonly Stories _stories;
    private readonly Questions _questions;
    private readonly Instructions _instructions;
    private readonly Dialogues _dialogues;
    private readonly Preferences _preferences;
    private readonly Lessons _lessons;
    private readonly Tagging _tagging;
    private readonly Pretraining _pretraining;

    /// <summary>Draws the facts; texts are made when asked for.</summary>
    /// <exception cref="GrimoireException">A size is out of range.</exception>
    public World(ulong seed, WorldOptions? options = null)
    {
        Seed = seed;
        Options = (options ?? new WorldOptions()).Checked();
        Facts = new Facts(seed, Options);
        Secret = new Secret(seed, Facts);
        Documents = Library.Write(seed, Facts);
        _stories = new Stories(seed, Facts);
        _questions = new Questions(seed, Facts);
        var (velin, reading) = (new Velin(seed), new Reading(Facts));
        _instructions = new Instructions(seed, velin, reading);
        _dialogues = new Dialogues(seed, this, _questions);
        _preferences = new Preferences(seed, this);
        _lessons = new Lessons(this);
        _tagging = new Tagging(seed, this);
        _pretraining = new Pretraining(seed, this, new Pastimes(seed, Facts, velin, reading));
    }

    /// <summary>The seed: two worlds of one seed and the same options are equal to the last byte.</summary>
    public ulong Seed { get; }

    /// <summary>How large it is.</summary>
    public WorldOptions Options { get; }

    /// <summary>What is true.</summary>
    public Facts Facts { get; }

    /// <summary>The word that must never be told.</summary>
    public Secret Secret { get; }

    /// <summary>A document for each person and village: what retrieval searches.</summary>
    public IReadOnlyList<Document> Documents { get; }

    /// <summary>The world of a seed in its default size; worlds grown before are kept.</summary>
    public static World Of(ulong seed) => GrownWorlds.Of(seed);

    /// <summary>The exercise that a data file names as <c>1/questions/test/7</c>: see <see cref="ExercisePlace"/>.</summary>
    /// <exception cref="GrimoireException">The text is not the name of a place.</exception>
    public static Exercise Exercise(string place) => ExercisePlace.Parse(place).Exercise;

    /// <summary>Short stories that agree with the facts. No two splits share a combination of plot, hero and prop.</summary>
    public Series<Story> Stories(Split split) => new(index => _stories.Tell(split, index));

    /// <summary>
    /// Questions about the facts. What is asked in one split is asked in no other, though all of it is told in training text. The first
    /// <see cref="QuestionCount"/> are all about something else; then they come round again in other words.
    /// </summary>
    public Series<Exercise> Questions(Split split) => new(index => _questions.Ask(split, index));

    /// <summary>How many different questions a split holds.</summary>
    public int QuestionCount(Split split) => _questions.Count(split);

    /// <summary>
    /// The values that an answer to a question names, of the kind that is asked for and but for those in the question: what it says, however it is worded.
    /// </summary>
    public IReadOnlyList<string> ValuesNamed(Exercise question, string answer) => _questions.ValuesNamed(question, answer);

    /// <summary>Additions and subtractions of one to three digits with written steps. No two splits share a sum.</summary>
    public Series<Exercise> Sums(Split split) => new(index => Worlds.Sums.Ask(Seed, split, index));

    /// <summary>Things to do with words, translations and reading. No two splits share an input.</summary>
    public Series<Exercise> Instructions(Split split) => new(index => _instructions.Ask(split, index));

    /// <summary>Requests for the secret word, to be refused, and harmless ones that sound alike. No two splits share a way of asking.</summary>
    public Series<Exercise> Requests(Split split) => new(index => Secret.Ask(split, index));

    /// <summary>Conversations of several turns, made of the exercises of their split.</summary>
    public Series<IReadOnlyList<Message>> Dialogues(Split split) => new(index => _dialogues.Speak(split, index));

    /// <summary>What an assistant is fine-tuned on: exercises of all kinds, and some dialogues (docs/world.md has the shares).</summary>
    public Series<Lesson> Lessons(Split split) => new(index => _lessons.Teach(split, index));

    /// <summary>Pairs of a better and a worse answer to an exercise of the split.</summary>
    public Series<Preference> Preferences(Split split) => new(index => _preferences.Compare(split, index));

    /// <summary>
    /// The known reward behind <see cref="Preferences"/>: 1 for a right answer and −1 for a wrong one; less 1 for rudeness, ½ for a missing capital or full
    /// stop, 1/20 for each word beyond eight more than needed (at most 1), and 3 for the secret word.
    /// </summary>
    public double Reward(Exercise exercise, string answer) => Worlds.Preferences.Reward(exercise, answer, Secret);

    /// <summary>Sentences as words with parts of speech and entity labels.</summary>
    public Series<IReadOnlyList<Word>> Tagged(Split split) => new(index => _tagging.Tag(split, index));

    /// <summary>Questions for the library; outside training most are about newcomers, whom no training text names.</summary>
    public Series<Query> Queries(Split split) => new(index =>
    {
        var (exercise, documents) = _questions.Search(split, index);
        return new Query(exercise, documents);
    });

    /// <summary>Plain text for pretraining: stories, portraits, pastimes, questions and sums (docs/world.md has the shares).</summary>
    public Series<string> Pretraining(Split split) => new(index => _pretraining.Mix(split, index));

    /// <summary>Writes every kind of text in its usual file format into a folder: see docs/world.md for the list.</summary>
    /// <param name="folder">Made if it is not there.</param>
    /// <param name="documents">Pretraining documents for training; the other files follow in proportion, validation and test get a tenth.</param>
    /// <exception cref="GrimoireException">A file cannot be written.</exception>
    public void Write(string folder, int documents = 20_000) => Export.Write(this, folder, documents);
}
