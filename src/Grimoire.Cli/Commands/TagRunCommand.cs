using System.CommandLine;
using System.Text.Json.Nodes;
using Grimoire.Evaluation.Tagging;
using Grimoire.Tensors;
using Grimoire.Training.Runs;
using Spectre.Console;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire tag run</c>: text with a label for each word.</summary>
internal static class TagRunCommand
{
    private static readonly string[] TaggedEndings = [".conll", ".conllu", ".conllu.gz", ".conll.gz", ".iob", ".iob2", ".bio", ".tsv", ".annotated"];
    private static readonly Color[] Palette = [Color.Green, Color.Yellow, Color.Aqua, Color.Fuchsia, Color.Blue, Color.Red, Color.Orange1, Color.SpringGreen3];

    internal enum Input
    {
        Text,
        Conll,
        Conllu,
    }

    internal enum Output
    {
        Conll,
        Jsonl,
        Colour,
    }

    private sealed record Choices
    {
        public Input? Format { get; init; }

        public string? WordColumn { get; init; }

        public string? Column { get; init; }

        public Output? Output { get; init; }

        public string? Out { get; init; }

        public static SettingList<Choices> Settings { get; } =
        [
            Setting.Of("format", "what is read: plain text, or words in CoNLL or CoNLL-U (none: by the file's name)", Choice<Input>().OrNone(),
                (Choices c) => c.Format, (c, v) => c with { Format = v }, "Text"),
            Setting.Of("word_column", "column of the words (none: 1, in CoNLL-U form)", Text("a number, last or a name").OrNone(),
                (Choices c) => c.WordColumn, (c, v) => c with { WordColumn = v }, "Text"),
            Setting.Of("output", "conll has a word and its label a line, behind the columns that were read; jsonl a sentence with its spans a line; " +
                "colour is for people (none: colour on a terminal, else conll)", Choice<Output>().OrNone(),
                (Choices c) => c.Output, (c, v) => c with { Output = v }, "Output"),
            Setting.Of("column", "column of CoNLL-U that takes the labels (none: upos)", Text("a number or a name").OrNone(),
                (Choices c) => c.Column, (c, v) => c with { Column = v }, "Output"),
            Setting.Of("out", "a file to write instead of standard output", Text("a path").OrNone(),
                (Choices c) => c.Out, (c, v) => c with { Out = v }, "Output"),
        ];
    }

    public static Verb Create()
    {
        var model = new Argument<string>("TAGGER") { Description = "a tagger's folder or the run that trained it" };
        var file = new Argument<string>("FILE")
        {
            Description = "a text, or words in CoNLL or CoNLL-U; - reads standard input",
            DefaultValueFactory = _ => "-",
        };
        Options<Choices>? options = null;
        Verb verb = new("run", "Label a text: plain, CoNLL or CoNLL-U in; CoNLL, JSON lines or colours out.",
            "grimoire tag run runs/train-tag text.txt", "echo 'Thea lives in Alderwick.' | grimoire tag run runs/world-tag --output jsonl")
        {
            Detail = "Plain text is divided simply: a sentence ends behind . ! ? before a capital, marks and clitics are words of their own.",
            Run = (parse, terminal) =>
                Run(terminal, parse.GetRequiredValue(model), parse.GetValue(file)!, options!.Read(parse, new Choices()), Device.Kernels(parse)),
        };
        verb.Add(model);
        verb.Add(file);
        options = new Options<Choices>(verb, Choices.Settings, new Choices());
        return verb;
    }

    private static int Run(Terminal terminal, string path, string file, Choices choices, Kernels kernels)
    {
        var columns = new TagColumns(choices.Format == Input.Conllu ? TagFormat.Conllu : choices.Format == Input.Conll ? TagFormat.Conll : null,
            choices.WordColumn, choices.Column);
        string folder = ModelPath.Find(path);
        IReadOnlyList<TaggedSentence> sentences = Read(terminal, file, choices.Format ?? FormatOf(file), columns);
        Tagger tagger = Waiting.While(terminal, "opening the tagger", () => Tagger.Load(folder));
        IReadOnlyList<string[]> labels = [];
        Waiting.While(terminal, "labelling", tell => labels = tagger.Tag(sentences, new Workspace(kernels), tell));
        Output output = choices.Output ?? (terminal.IsLive && choices.Out is null ? Output.Colour : Output.Conll);
        if (choices.Out is { } to)
        {
            AtomicFile.Write(to, stream =>
            {
                using var writer = new StreamWriter(stream, leaveOpen: true);
                Write(writer, terminal, sentences, labels, tagger.Tags, output, columns);
            });
        }
        else
        {
            Write(terminal.Out, terminal, sentences, labels, tagger.Tags, output, columns);
        }

        return Tool.Success;
    }

    private static Input FormatOf(string file) =>
        Array.Exists(TaggedEndings, ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) ? Input.Conll : Input.Text;

    private static IReadOnlyList<TaggedSentence> Read(Terminal terminal, string file, Input format, TagColumns columns)
    {
        if (format != Input.Text)
            return file == "-" ? TagFile.Read("standard input", terminal.In, columns, labelled: false) : TagFile.Read(file, columns, labelled: false);
        if (file != "-" && !File.Exists(file))
        {
            throw new GrimoireException(
                $"{file}: {(Directory.Exists(file) ? "this is a folder" : "there is no such file")}; give a text, or - for standard input.");
        }

        TaggedSentence[] sentences = [.. PlainWords.Sentences(file == "-" ? Lines(terminal.In) : File.ReadLines(file))];
        return sentences.Length > 0 ? sentences : throw new GrimoireException($"{(file == "-" ? "standard input" : file)}: there is no word in it.");
    }

    private static IEnumerable<string> Lines(TextReader input)
    {
        while (input.ReadLine() is { } line)
            yield return line;
    }

    private static void Write(
        TextWriter to, Terminal terminal, IReadOnlyList<TaggedSentence> sentences, IReadOnlyList<string[]> labels, TagSet tags, Output output,
        TagColumns columns)
    {
        for (int i = 0; i < sentences.Count; i++)
        {
            terminal.Stop.ThrowIfCancellationRequested();
            if (output == Output.Conll)
                TagFile.Write(to, sentences[i], labels[i], columns);
            else if (output == Output.Jsonl)
                to.Write(JsonLines.ToLine(Row(sentences[i].Words, labels[i], tags)));
            else
                terminal.Console.Write(Coloured(sentences[i].Words, labels[i], tags, terminal.HasColour));
        }
    }

    private static JsonObject Row(IReadOnlyList<string> words, string[] labels, TagSet tags)
    {
        var row = new JsonObject { ["words"] = Texts(words), ["labels"] = Texts(labels) };
        if (tags.Scheme is not null)
        {
            row["spans"] = new JsonArray([.. tags.Rules.Spans(labels).Select(span => (JsonNode)new JsonObject
            {
                ["start"] = span.Start, ["end"] = span.End, ["type"] = span.Type,
                ["text"] = string.Join(' ', words.Skip(span.Start).Take(span.End - span.Start)),
            })]);
        }

        return row;
    }

    /// <summary>Spans in the colour of their type, with it behind them; labels of single words behind each word.</summary>
    private static Paragraph Coloured(IReadOnlyList<string> words, string[] labels, TagSet tags, bool coloured)
    {
        var text = new Paragraph();
        IReadOnlyList<Span> spans = tags.Rules.Spans(labels);
        string[] types = [.. tags.Labels.Select(label => tags.Scheme is null ? label : Label.Parse(label)?.Type ?? "").Distinct()];
        for (int i = 0; i < words.Count;)
        {
            Span? span = spans.Any(s => s.Start == i) ? spans.First(s => s.Start == i) : null;
            int end = span?.End ?? i + 1;
            string shown = Sentences.OneLine(string.Join(' ', words.Skip(i).Take(end - i)), int.MaxValue);
            if (span is { } found)
            {
                var colour = new Style(Palette[Math.Max(0, Array.IndexOf(types, found.Type)) % Palette.Length]);
                text.Append(tags.Scheme is null || coloured ? shown : $"[{shown}]", coloured ? colour : Style.Plain);
                text.Append($"/{found.Type} ", new Style(decoration: Decoration.Dim));
            }
            else
            {
                text.Append(shown + " ", Style.Plain);
            }

            i = end;
        }

        text.Append(Environment.NewLine, Style.Plain);
        return text;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode?)JsonValue.Create(text))]);
}
