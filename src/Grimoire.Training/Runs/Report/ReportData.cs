namespace Grimoire.Training.Runs;

/// <summary>A name and what belongs to it, as a row of a table or a headline figure.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its value, ready to be read.</param>
public sealed record Fact(string Name, string Value);

/// <summary>A table of facts under a heading.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Facts">The rows.</param>
public sealed record FactTable(string Title, IReadOnlyList<Fact> Facts);

/// <summary>A command to repeat, and what it does.</summary>
/// <param name="Purpose">What it does, in a few words.</param>
/// <param name="Line">The command line.</param>
public sealed record CommandLine(string Purpose, string Line);

/// <summary>A token of validation text and how much it surprised the model.</summary>
/// <param name="Text">The token's text.</param>
/// <param name="Nats">Minus the log of the probability the model gave it.</param>
/// <param name="Alternatives">What the model held likeliest there, with probabilities.</param>
public sealed record SurpriseToken(string Text, double Nats, IReadOnlyList<(string Text, double Probability)> Alternatives);

/// <summary>A piece of a vocabulary and how often it stands in the training text.</summary>
/// <param name="Text">The piece.</param>
/// <param name="Count">Its occurrences.</param>
public sealed record PieceCount(string Text, long Count);

/// <summary>What a tokenizer made of its training text.</summary>
/// <param name="Description">The tokenizer in a sentence.</param>
/// <param name="Frequent">The most frequent pieces, most frequent first.</param>
/// <param name="Longest">The longest pieces, longest first.</param>
/// <param name="Example">Some text, divided into its tokens.</param>
public sealed record TokenizerView(string Description, IReadOnlyList<PieceCount> Frequent, IReadOnlyList<string> Longest, IReadOnlyList<string> Example);

/// <summary>What a model answered before training and after, to be read side by side.</summary>
/// <param name="Prompt">What both were given.</param>
/// <param name="Before">The answer before.</param>
/// <param name="After">The answer after.</param>
public sealed record BeforeAfter(string Prompt, string Before, string After)
{
    /// <summary>A good answer; null where none is known.</summary>
    public string? Reference { get; init; }

    /// <summary>What was made of both answers, as in <c>reward</c>, <c>0.1 → 0.9</c>.</summary>
    public IReadOnlyList<Fact> Scores { get; init; } = [];
}

/// <summary>Rows under headings.</summary>
/// <param name="Title">What they show; empty for none.</param>
/// <param name="Columns">The headings; one that begins with <c>&gt;</c> stands over numbers, which are set to the right.</param>
/// <param name="Rows">The rows, each with a cell for every column; the first cell names the row.</param>
public sealed record DataTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>Some points of a plot.</summary>
/// <param name="Name">What they are; without a name they are not in the key.</param>
/// <param name="Points">The points, in the order in which they are joined.</param>
/// <param name="Joined">Whether a line joins them.</param>
public sealed record PlotSeries(string Name, IReadOnlyList<(double X, double Y)> Points, bool Joined = true)
{
    /// <summary>The number of its colour, so that series that belong together share one; null for that of its place.</summary>
    public int? Colour { get; init; }

    /// <summary>Whether each point is marked; a curve drawn from a formula needs no marks.</summary>
    public bool Marked { get; init; } = true;
}

/// <summary>One thing plotted against another.</summary>
/// <param name="Title">What is to be seen.</param>
/// <param name="X">The axis to the right, with its unit.</param>
/// <param name="Y">The axis upwards, with its unit.</param>
/// <param name="Series">The points.</param>
public sealed record Plot(string Title, string X, string Y, IReadOnlyList<PlotSeries> Series)
{
    /// <summary>What it means, in a sentence or two.</summary>
    public string Lead { get; init; } = "";
}

/// <summary>What a model could do after a stage of its raising.</summary>
/// <param name="Stage">The stage, as in <c>pretrain</c>.</param>
/// <param name="Values">What was measured: each becomes a column of the table of all stages.</param>
public sealed record StageResult(string Stage, IReadOnlyList<Fact> Values);

/// <summary>All that <c>report.html</c> shows. Parts that are empty are left out of the page.</summary>
public sealed record ReportData
{
    /// <summary>The run's name.</summary>
    public required string Title { get; init; }

    /// <summary>What came out, in one sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>What was run, where and how it went.</summary>
    public required RunInfo Run { get; init; }

    /// <summary>The few figures that matter, shown large.</summary>
    public IReadOnlyList<Fact> Headline { get; init; } = [];

    /// <summary>How to repeat, continue and use it.</summary>
    public IReadOnlyList<CommandLine> Commands { get; init; } = [];

    /// <summary>Tables: the model, the data, the results.</summary>
    public IReadOnlyList<FactTable> Tables { get; init; } = [];

    /// <summary>The metrics of all steps.</summary>
    public IReadOnlyList<MetricRow> Metrics { get; init; } = [];

    /// <summary>The loss of a model that knows nothing, ln V; null to leave the line out.</summary>
    public double? UntrainedLoss { get; init; }

    /// <summary>The stages that the model went through, each with what came of it.</summary>
    public IReadOnlyList<StageResult> Stages { get; init; } = [];

    /// <summary>What was found, as rows under headings.</summary>
    public IReadOnlyList<DataTable> Results { get; init; } = [];

    /// <summary>Every figure that was measured, for those who read to the end; null to leave them out.</summary>
    public DataTable? Figures { get; init; }

    /// <summary>Plots of one measurement against another.</summary>
    public IReadOnlyList<Plot> Plots { get; init; } = [];

    /// <summary>Answers before and after, side by side.</summary>
    public IReadOnlyList<BeforeAfter> BeforeAfter { get; init; } = [];

    /// <summary>What the model wrote as it learned.</summary>
    public IReadOnlyList<TextSample> Samples { get; init; } = [];

    /// <summary>A passage of validation text, token by token.</summary>
    public IReadOnlyList<SurpriseToken> Surprise { get; init; } = [];

    /// <summary>The tokenizer; null to leave it out.</summary>
    public TokenizerView? Tokenizer { get; init; }
}
