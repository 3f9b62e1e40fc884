namespace Grimoire.Evaluation.Tasks;

/// <summary>What is asked of a model.</summary>
public enum TaskKind
{
    /// <summary>Which of several continuations of one context is likeliest.</summary>
    Choice,

    /// <summary>After which of several contexts one continuation is likeliest (Trinh and Le 2018, arXiv:1806.02847: partial evaluation).</summary>
    Contexts,

    /// <summary>Whether a continuation would be written greedily, and how likely it is.</summary>
    Continuation,

    /// <summary>How likely a whole text is.</summary>
    Rolling,

    /// <summary>What the model answers.</summary>
    Generate,
}

/// <summary>
/// A task as data: where its examples lie, how each is put to a model, and how what the model makes of it is scored. A group names other tasks instead, or is
/// one task for each of several variants. The file's format is told in docs/tasks.md.
/// </summary>
public sealed record TaskFile
{
    /// <summary>Its name, which its examples' ids begin with.</summary>
    public required string Name { get; init; }

    /// <summary>What it measures, in a sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>Where the data comes from, and its licence.</summary>
    public string Source { get; init; } = "";

    /// <summary>The tasks of a group; empty for a task.</summary>
    public IReadOnlyList<string> Tasks { get; init; } = [];

    /// <summary>What <c>{variant}</c> in <see cref="Data"/> stands for in turn: a task each, together a group; empty for a task.</summary>
    public IReadOnlyList<string> Variants { get; init; } = [];

    /// <summary>Whether it is several tasks.</summary>
    public bool IsGroup => Tasks.Count + Variants.Count > 0;

    /// <summary>What is asked of a model.</summary>
    public TaskKind Kind { get; init; }

    /// <summary>Where the examples lie.</summary>
    public TaskData Data { get; init; } = new();

    /// <summary>Where the few shots are drawn from; null for the examples themselves.</summary>
    public TaskData? FewshotData { get; init; }

    /// <summary>How many shots come before a question unless something else is asked for.</summary>
    public int Fewshot { get; init; }

    /// <summary>Whether the shots are always the first ones of their file and not drawn anew for each example.</summary>
    public bool FirstShots { get; init; }

    /// <summary>What stands between two shots.</summary>
    public string FewshotDelimiter { get; init; } = "\n\n";

    /// <summary>A template of what stands before everything.</summary>
    public string Preamble { get; init; } = "";

    /// <summary>A template of the question.</summary>
    public string Context { get; init; } = "";

    /// <summary>What stands between a context and what follows it.</summary>
    public string Delimiter { get; init; } = " ";

    /// <summary>What is chosen from.</summary>
    public IReadOnlyList<TaskTexts> Choices { get; init; } = [];

    /// <summary>A template of the index of the right choice, or of the right choice itself; empty where the choices say which are right.</summary>
    public string Gold { get; init; } = "";

    /// <summary>A template of what follows: in a task of contexts, of a continuation, or of a whole text.</summary>
    public string Continuation { get; init; } = "";

    /// <summary>Right answers; the first is what a shot shows.</summary>
    public IReadOnlyList<TaskTexts> Answers { get; init; } = [];

    /// <summary>A template of what a shot answers, where that is not the first of <see cref="Answers"/>.</summary>
    public string Shown { get; init; } = "";

    /// <summary>Whether the question is one turn of a conversation where the model has a format for that.</summary>
    public bool Chat { get; init; }

    /// <summary>Strings that end an answer.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>The most tokens of an answer.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>What an answer is made to begin or to end with, by name, for strategies: <c>cot</c>, <c>direct</c>, <c>final</c>.</summary>
    public IReadOnlyDictionary<string, string> Cues { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What is measured, what matters most first.</summary>
    public IReadOnlyList<TaskMetric> Metrics { get; init; } = [];

    /// <summary>A template of the part of the task that an example belongs to; empty for no parts.</summary>
    public string By { get; init; } = "";

    /// <summary>Published figures to be set beside; null for none.</summary>
    public PublishedFigures? Published { get; init; }

    /// <summary>The file as it was read, for the signature.</summary>
    public string Hash { get; init; } = "";
}

/// <summary>Where the rows of a task come from: a file in the folder of data, or a world, which makes them itself.</summary>
public sealed record TaskData
{
    /// <summary>The file, as a path under the folder of data; empty for a world's.</summary>
    public string File { get; init; } = "";

    /// <summary><c>jsonl</c>, <c>json</c>, <c>csv</c> or <c>squad</c>; as the file's name says unless given.</summary>
    public string Format { get; init; } = "";

    /// <summary>In a <c>json</c> file the keys that lead to the list of rows, joined by points; empty where the file is the list.</summary>
    public string Rows { get; init; } = "";

    /// <summary>Columns that hold several texts in one, and what parts them.</summary>
    public IReadOnlyDictionary<string, string> Lists { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The kind of a world's exercises: <c>questions</c>, <c>sums</c>, <c>instructions</c> or <c>requests</c>; empty for a file.</summary>
    public string World { get; init; } = "";

    /// <summary>The split of a world.</summary>
    public string Split { get; init; } = "test";

    /// <summary>A world's seed.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The most rows of a world, whose series have no end.</summary>
    public int Count { get; init; } = 300;

    /// <summary>A template that writes <c>true</c> for rows that count; empty for all.</summary>
    public string Where { get; init; } = "";

    /// <summary>Where to get the file, in a sentence.</summary>
    public string Get { get; init; } = "";
}

/// <summary>Some texts of a row: one that a template writes, or one for each member of a column.</summary>
/// <param name="Template">The template; a member of the column is <c>item</c> in it.</param>
/// <param name="Each">The column, or empty.</param>
/// <param name="IsRight">Whether these are right choices.</param>
public sealed record TaskTexts(string Template, string Each = "", bool IsRight = false);

/// <summary>A figure of a task.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Of">What is measured: <c>acc</c>, <c>exact_match</c>, … as told in docs/tasks.md.</param>
public sealed record TaskMetric(string Name, string Of)
{
    /// <summary>What is done to an answer before it is compared.</summary>
    public IReadOnlyList<AnswerFilter> Filter { get; init; } = [];

    /// <summary>Whether capital letters count as small ones.</summary>
    public bool IgnoreCase { get; init; }

    /// <summary>Whether ASCII punctuation is left out.</summary>
    public bool IgnorePunctuation { get; init; }

    /// <summary>Regular expressions; what they find is left out of both sides.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];
}

/// <summary>Published figures: rows with a variant's name, a part and columns of figures.</summary>
/// <param name="Data">Where they lie.</param>
/// <param name="Variant">The column with the variant's name.</param>
/// <param name="Columns">The columns with figures.</param>
public sealed record PublishedFigures(TaskData Data, string Variant, IReadOnlyList<string> Columns);
