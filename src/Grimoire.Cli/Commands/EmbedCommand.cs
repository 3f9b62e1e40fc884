using System.CommandLine;
using System.Globalization;
using System.Numerics.Tensors;
using Grimoire.Models;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire embed</c>: texts as vectors, or how alike they are.</summary>
internal static class EmbedCommand
{
    private const int LongestName = 24, AtOnce = 1024;

    public static Verb Create()
    {
        var model = new Argument<string>("MODEL") { Description = "a model folder, a run folder or a GGUF file; best an encoder made for it" };
        var texts = new Argument<string[]>("TEXT") { Description = "texts; without any, the lines of standard input", Arity = ArgumentArity.ZeroOrMore };
        Options<EmbedSettings>? options = null;
        Func<ParseResult, Opening>? opening = null;
        Verb verb = new("embed", "Turn texts into vectors, or say how alike they are.",
            "grimoire embed my-encoder 'a cat' 'a kitten' 'the tax office' --similarity",
            "grimoire embed my-encoder --file lines.txt > vectors.jsonl")
        {
            Run = (parse, terminal) => Run(
                terminal, parse.GetRequiredValue(model), parse.GetValue(texts) ?? [], options!.Read(parse, new EmbedSettings()), opening!(parse)),
        };
        verb.Add(model);
        verb.Add(texts);
        options = new Options<EmbedSettings>(verb, EmbedSettings.Settings, new EmbedSettings());
        opening = Opening.For(verb);
        return verb;
    }

    private static int Run(Terminal terminal, string path, string[] given, EmbedSettings settings, Opening opening)
    {
        if (given.Length > 0 && settings.File is not null)
            throw new UsageException("grimoire embed takes texts or --file, not both.");
        path = ModelPath.Find(path);
        LanguageModel language = opening.Language(path);
        EmbeddingSettings own = EmbeddingSettings.Read(path, language.Config);
        using var model = new EmbeddingModel(language, own with
        {
            Pooling = settings.Pooling ?? own.Pooling,
            MaxTokens = settings.MaxTokens > 0 ? settings.MaxTokens : own.MaxTokens,
        }, opening.Kernels);
        IEnumerable<string> texts = given.Length > 0 ? given : Lines(terminal, settings.File);
        if (settings.Similarity)
            Similarity(terminal, model, [.. texts], settings.Format);
        else
            Vectors(terminal, model, texts, settings.Format);
        return Tool.Success;
    }

    /// <summary>Lines that hold something; a file of any length is read as it is needed.</summary>
    private static IEnumerable<string> Lines(Terminal terminal, string? file)
    {
        bool any = false;
        foreach (string line in file is null or "-" ? FromInput(terminal.In) : File.ReadLines(Checked(file)))
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            any = true;
            yield return line;
        }

        if (any)
            yield break;
        string source = file is null or "-" ? "standard input" : file;
        throw new GrimoireException($"{source}: there is no text to embed; give texts, a file or lines on standard input.");
    }

    private static IEnumerable<string> FromInput(TextReader input)
    {
        while (input.ReadLine() is { } line)
            yield return line;
    }

    private static string Checked(string file) => File.Exists(file)
        ? file
        : throw new GrimoireException(
            $"{file}: {(Directory.Exists(file) ? "this is a folder" : "there is no such file")}; give a text file with one text a line.");

    private static void Vectors(Terminal terminal, EmbeddingModel model, IEnumerable<string> texts, VectorFormat format)
    {
        int cut = 0, read = 0;
        foreach (string[] some in texts.Chunk(AtOnce))
        {
            IReadOnlyList<TextEmbedding> embeddings = model.Embed(some, terminal.Stop);
            if (format == VectorFormat.Csv && read == 0)
                terminal.Out.WriteLine("text," + string.Join(',', Enumerable.Range(0, model.Dimensions)));
            for (int i = 0; i < some.Length; i++)
                Write(terminal, some[i], embeddings[i].Vector, format);
            cut += embeddings.Count(text => text.CutTokens > 0);
            read += some.Length;
        }

        TellCut(terminal, cut, read);
    }

    private static void Write(Terminal terminal, string text, float[] vector, VectorFormat format)
    {
        if (format == VectorFormat.Csv)
        {
            terminal.Out.WriteLine(string.Join(',', [Quoted(text), .. vector.Select(Number)]));
            return;
        }

        JsonText.Write(terminal.Out, json =>
        {
            json.WriteStartObject();
            json.WriteString("text", text);
            json.WriteStartArray("embedding");
            foreach (float value in vector)
                json.WriteNumberValue(value);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Similarity(Terminal terminal, EmbeddingModel model, string[] texts, VectorFormat format)
    {
        IReadOnlyList<TextEmbedding> embeddings = model.Embed(texts, terminal.Stop);
        float[][] cosines = [.. embeddings.Select(a => embeddings.Select(b => TensorPrimitives.CosineSimilarity<float>(a.Vector, b.Vector)).ToArray())];
        if (format == VectorFormat.Csv)
        {
            terminal.Out.WriteLine(string.Join(',', ["text", .. texts.Select(Quoted)]));
            for (int i = 0; i < texts.Length; i++)
                terminal.Out.WriteLine(string.Join(',', [Quoted(texts[i]), .. cosines[i].Select(Number)]));
        }
        else
        {
            // Numbers in the heading: as many texts as one likes fit beside each other.
            Sheet.Rows(terminal, ["", "Text", .. Enumerable.Range(1, texts.Length).Select(i => $">{i}")], texts.Select((text, i) => (IReadOnlyList<string>)
                [$"{i + 1}", Sentences.OneLine(text, LongestName), .. cosines[i].Select(cosine => Numbers.Fixed(cosine, 3))]));
        }

        TellCut(terminal, embeddings.Count(text => text.CutTokens > 0), texts.Length);
    }

    private static void TellCut(Terminal terminal, int cut, int read)
    {
        if (cut == 0)
            return;
        (string are, string them) = cut == 1 ? ("is", "it") : ("are", "them");
        terminal.Error.WriteLine($"{cut} of {read} texts {are} longer than the model reads; the rest of {them} was left out.");
    }

    private static string Number(float value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
