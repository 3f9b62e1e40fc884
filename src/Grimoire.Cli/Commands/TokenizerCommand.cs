using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Grimoire.Models.Tokenizers;
using Grimoire.Training.Runs;
using static Grimoire.Training.Runs.SettingTypes;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire tokenizer</c>: train a vocabulary, turn text into ids and ids into text.</summary>
internal static class TokenizerCommand
{
    public static Verb Create()
    {
        Verb verb = new("tokenizer", "Train a vocabulary; turn text into tokens and back.", "grimoire tokenizer encode gpt2/ 'Hello, world'");
        verb.Add(Train());
        verb.Add(Encode());
        verb.Add(Decode());
        return verb;
    }

    private sealed record TrainChoices
    {
        public TokenizerKind Kind { get; init; } = TokenizerKind.Bytes;

        public int Vocabulary { get; init; } = 4096;

        public string Out { get; init; } = "tokenizer";

        public string Pattern { get; init; } = SplitPattern.Gpt4.Name;

        public IReadOnlyList<string> Special { get; init; } = ["<|endoftext|>"];

        public static SettingList<TrainChoices> Settings { get; } =
        [
            Setting.Of("kind", "what the pieces are", TokenizerSettings.Kinds, (TrainChoices c) => c.Kind, (c, v) => c with { Kind = v }),
            Setting.Of("vocabulary", "the most pieces, special ones included", Count(2, 1 << 20),
                (TrainChoices c) => c.Vocabulary, (c, v) => c with { Vocabulary = v }),
            Setting.Of("out", "the folder to write tokenizer.json to", Text("a path"), (TrainChoices c) => c.Out, (c, v) => c with { Out = v }),
            Setting.Of("pattern", "how text is cut into words, across which nothing merges",
                Text("gpt2, gpt4 (or llama3), gpt4o, qwen (or qwen2), qwen-marks, tekken or deepseek"),
                (TrainChoices c) => c.Pattern, (c, v) => c with { Pattern = v }),
            Setting.Of("special", "special tokens; the first ends a text", Texts("texts"), (TrainChoices c) => c.Special, (c, v) => c with { Special = v }),
        ];
    }

    private sealed record EncodeChoices
    {
        public string? File { get; init; }

        public bool Pieces { get; init; }

        public bool Json { get; init; }

        public bool Special { get; init; }

        public static SettingList<EncodeChoices> Settings { get; } =
        [
            Setting.Of("file", "the text of a file", Text("a path").OrNone(), (EncodeChoices c) => c.File, (c, v) => c with { File = v }),
            Setting.Of("pieces", "a table of ids and pieces", Flag, (EncodeChoices c) => c.Pieces, (c, v) => c with { Pieces = v }),
            Setting.Of("special", "read the names of special tokens in the text as those tokens", Flag,
                (EncodeChoices c) => c.Special, (c, v) => c with { Special = v }),
            Setting.Of("json", "as JSON", Flag, (EncodeChoices c) => c.Json, (c, v) => c with { Json = v }),
        ];
    }

    private static Verb Train()
    {
        var files = new Argument<string[]>("FILE") { Description = "text files, UTF-8", Arity = ArgumentArity.OneOrMore };
        Options<TrainChoices>? options = null;
        Verb verb = new("train", "Train a vocabulary on text files.", "grimoire tokenizer train my.txt --vocabulary 4096 --out my-tokenizer",
            "grimoire tokenizer train names.txt --kind char")
        {
            Run = (parse, terminal) => Train(terminal, parse.GetRequiredValue(files), options!.Read(parse, new TrainChoices())),
        };
        verb.Add(files);
        options = new Options<TrainChoices>(verb, TrainChoices.Settings, new TrainChoices());
        return verb;
    }

    private static int Train(Terminal terminal, string[] files, TrainChoices choices)
    {
        long begin = Stopwatch.GetTimestamp();
        var options = new TokenizerOptions
        {
            Kind = choices.Kind,
            VocabularySize = choices.Vocabulary,
            Pattern = SplitPattern.Named(choices.Pattern switch { "llama3" => "gpt4", "qwen2" => "qwen", var name => name }),
            Special = choices.Special,
            EndOfText = choices.Special.Count > 0 ? choices.Special[0] : null,
        };
        Tokenizer tokenizer = Waiting.While(terminal, "training the vocabulary", () => TokenizerTrainer.TrainFiles(files, options, cancel: terminal.Stop));
        tokenizer.Save(choices.Out);
        terminal.Out.WriteLine(
            $"{Numbers.Count(tokenizer.VocabularySize)} pieces in {Numbers.Duration(Stopwatch.GetElapsedTime(begin).TotalSeconds)}, " +
            $"written to {Path.Combine(choices.Out, "tokenizer.json")}");
        terminal.Out.WriteLine($"Try it: {CommandText.Of("grimoire", "tokenizer", "encode", choices.Out, "Once upon a time", "--pieces")}");
        return Tool.Success;
    }

    private static Verb Encode()
    {
        var tokenizer = new Argument<string>("TOKENIZER") { Description = "a tokenizer.json, or a folder that holds one" };
        var text = new Argument<string?>("TEXT") { Description = "the text; - or nothing reads standard input", Arity = ArgumentArity.ZeroOrOne };
        Options<EncodeChoices>? options = null;
        Verb verb = new("encode", "Turn text into token ids.", "grimoire tokenizer encode my-tokenizer 'Hello, world' --pieces",
            "cat my.txt | grimoire tokenizer encode gpt2/")
        {
            Run = (parse, terminal) => Encode(terminal, Tokenizer.Load(parse.GetRequiredValue(tokenizer)), parse.GetValue(text),
                options!.Read(parse, new EncodeChoices())),
        };
        verb.Add(tokenizer);
        verb.Add(text);
        options = new Options<EncodeChoices>(verb, EncodeChoices.Settings, new EncodeChoices());
        return verb;
    }

    private static int Encode(Terminal terminal, Tokenizer tokenizer, string? text, EncodeChoices choices)
    {
        text = choices.File is { } file ? File.ReadAllText(file) : text is null or "-" ? terminal.In.ReadToEnd() : text;
        int[] ids = tokenizer.Encode(text, parseSpecial: choices.Special);
        if (choices.Json)
            Json(terminal, tokenizer, ids);
        else if (choices.Pieces)
            Sheet.Rows(terminal, [">Id", "Piece"], ids.Select(
                id => (IReadOnlyList<string>)[id.ToString(CultureInfo.InvariantCulture), Pieces.Visible(tokenizer.Piece(id))]));
        else
            terminal.Out.WriteLine(string.Join(' ', ids.Select(id => id.ToString(CultureInfo.InvariantCulture))));
        if (choices.Pieces && !choices.Json)
        {
            int bytes = Encoding.UTF8.GetByteCount(text);
            double each = bytes / (double)Math.Max(1, ids.Length);
            terminal.Out.WriteLine($"{Numbers.Count(ids.Length)} tokens for {Numbers.Count(bytes)} bytes: {Numbers.Fixed(each, 2)} bytes a token");
        }

        return Tool.Success;
    }

    private static void Json(Terminal terminal, Tokenizer tokenizer, int[] ids) => JsonText.Write(terminal.Out, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("ids");
        foreach (int id in ids)
            json.WriteNumberValue(id);
        json.WriteEndArray();
        json.WriteStartArray("pieces");
        foreach (int id in ids)
            json.WriteStringValue(tokenizer.Piece(id));
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static Verb Decode()
    {
        var tokenizer = new Argument<string>("TOKENIZER") { Description = "a tokenizer.json, or a folder that holds one" };
        var ids = new Argument<string[]>("ID") { Description = "token ids; none reads them from standard input", Arity = ArgumentArity.ZeroOrMore };
        Verb verb = new("decode", "Turn token ids into text.", "grimoire tokenizer decode gpt2/ 15496 11 995",
            "grimoire tokenizer encode gpt2/ 'Hi' | grimoire tokenizer decode gpt2/")
        {
            Run = (parse, terminal) =>
            {
                string[] words = parse.GetValue(ids) is { Length: > 0 } given ? given
                    : terminal.In.ReadToEnd().Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);
                int[] parsed = [.. words.Select(Ids.Parse)];
                Tokenizer loaded = Tokenizer.Load(parse.GetRequiredValue(tokenizer));
                if (parsed.Any(id => id >= loaded.VocabularySize))
                    throw new GrimoireException(
                        $"{parsed.First(id => id >= loaded.VocabularySize)} is no id of this tokenizer, whose vocabulary ends at {loaded.VocabularySize - 1}.");
                terminal.Out.WriteLine(loaded.Decode(parsed, skipSpecial: false));
                return Tool.Success;
            },
        };
        verb.Add(tokenizer);
        verb.Add(ids);
        return verb;
    }
}
