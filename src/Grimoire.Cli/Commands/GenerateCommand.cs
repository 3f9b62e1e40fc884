using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Grimoire.Models;
using Grimoire.Models.Tokenizers;

namespace Grimoire.Cli.Commands;

/// <summary><c>grimoire generate</c>: let a model write.</summary>
internal static class GenerateCommand
{
    private const string Separator = "————";

    public static Verb Create()
    {
        var model = new Argument<string>("MODEL")
        {
            Description = "a .gguf file, a model folder, a run folder (its finished model, else its best checkpoint) or a checkpoint",
        };
        Options<GenerateSettings>? options = null;
        Func<ParseResult, Opening>? opening = null;
        Verb verb = new("generate", "Let a model write.", "grimoire generate runs/quickstart --prompt 'Once upon a time'",
            "grimoire generate runs/quickstart --prompt - --temperature 0 --logprobs < question.txt")
        {
            Run = (parse, terminal) => Run(terminal, parse.GetRequiredValue(model), options!.Read(parse, new GenerateSettings()), opening!(parse)),
        };
        verb.Add(model);
        options = new Options<GenerateSettings>(verb, GenerateSettings.Settings, new GenerateSettings());
        opening = Opening.For(verb);
        return verb;
    }

    private static int Run(Terminal terminal, string path, GenerateSettings settings, Opening opening)
    {
        string folder = ModelPath.Find(path);
        if (settings.Ids.Count > 0 || !ModelFiles.HasTokenizer(folder))
        {
            // What is wrong with the model is told before that it has no tokenizer.
            Transformer model = GivenAdapters.Attach(opening.Transformer(folder), settings.Adapters);
            return settings.Ids.Count > 0
                ? FromIds(terminal, model, settings, opening)
                : throw new GrimoireException($"{folder}: there is no tokenizer (tokenizer.json); give the prompt as token ids with --ids.");
        }

        LanguageModel language = GivenAdapters.Attach(opening.Language(folder), settings.Adapters);
        Generator generator = language.Generator(opening.Kernels, settings.Guessing.Open(opening));
        if (settings.Beams == 0 && settings.Sampling.FromMakers(language.Defaults) is { Length: > 0 } says)
            terminal.Error.WriteLine(says);
        settings = settings with { Prompt = Prompt(terminal, language.Tokenizer, settings.Prompt) };
        if (settings.Beams > 0)
            Beams(terminal, generator, language, settings);
        else if (settings.Json)
            Json(terminal, generator, language, settings);
        else
            Stream(terminal, generator, language, settings);
        return Tool.Success;
    }

    /// <summary>
    /// The prompt given or read. A model of characters has no token that begins a text; a line break, after which one may begin, stands in for it.
    /// </summary>
    private static string Prompt(Terminal terminal, Tokenizer tokenizer, string given)
    {
        string prompt = given == "-" ? terminal.In.ReadToEnd().TrimEnd('\n') : given;
        bool canBegin = prompt.Length > 0 || tokenizer.BeginOfText is not null || tokenizer.EndOfText is not null;
        return canBegin || tokenizer.Id("\n") is null ? prompt : "\n";
    }

    /// <summary>Text as it comes, and after it what the model thought of each token.</summary>
    private static void Stream(Terminal terminal, Generator generator, LanguageModel language, GenerateSettings settings)
    {
        var cache = new PromptCache(language.Config, settings.CacheType); // the prompt is read once for all texts
        for (int i = 0; i < settings.Count; i++)
        {
            if (i > 0)
                terminal.Out.WriteLine(Separator);
            terminal.Out.Write(settings.Prompt);
            var tokens = new List<GeneratedToken>();
            try
            {
                foreach (GeneratedToken token in generator.Stream(settings.Prompt, settings.Options(i, language.Defaults), cache, terminal.Stop))
                {
                    terminal.Out.Write(Shown(terminal, token.Text));
                    terminal.Out.Flush();
                    tokens.Add(token);
                }
            }
            finally
            {
                terminal.Out.WriteLine();
            }

            if (settings.LogProbabilities)
                Scores(terminal, language.Tokenizer, tokens);
            if (settings.Guessing.Any)
                terminal.Error.WriteLine(GuessSettings.Words(tokens.Sum(token => token.Guesses), tokens.Count(token => token.WasGuessed)) + ".");
        }
    }

    private static void Scores(Terminal terminal, Tokenizer tokenizer, IReadOnlyList<GeneratedToken> tokens)
    {
        terminal.Line();
        Sheet.Rows(terminal, ["Token", ">Id", ">ln p", ">Entropy", ">Rank"],
            tokens.Where(token => token.Score is not null).Select(token => (IReadOnlyList<string>)
        [
            Pieces.Visible(tokenizer.Piece(token.Id)), token.Id.ToString(CultureInfo.InvariantCulture), Numbers.Fixed(token.Score!.Value.LogProbability, 4),
            Numbers.Fixed(token.Score.Value.Entropy, 4), token.Score.Value.Rank.ToString(CultureInfo.InvariantCulture),
        ]));
        double sum = tokens.Sum(token => token.Score?.LogProbability ?? 0);
        double perplexity = Math.Exp(-sum / Math.Max(1, tokens.Count));
        terminal.Out.WriteLine($"{tokens.Count} tokens, ln p {Numbers.Fixed(sum, 4)}, perplexity {Numbers.Fixed(perplexity, 3)}");
    }

    /// <summary>One JSON object a text.</summary>
    private static void Json(Terminal terminal, Generator generator, LanguageModel language, GenerateSettings settings)
    {
        var cache = new PromptCache(language.Config, settings.CacheType);
        for (int i = 0; i < settings.Count; i++)
        {
            GeneratedText text = generator.Generate(settings.Prompt, settings.Options(i, language.Defaults), cache, terminal.Stop);
            JsonText.Write(terminal.Out, json =>
            {
                json.WriteStartObject();
                json.WriteString("prompt", settings.Prompt);
                json.WriteString("text", text.Text);
                json.WriteString("stop", Word(text.Stop));
                json.WriteNumber("prompt_tokens", text.PromptTokens);
                if (settings.Guessing.Any)
                {
                    json.WriteNumber("guesses", text.Guesses);
                    json.WriteNumber("right_guesses", text.RightGuesses);
                }

                json.WriteStartArray("tokens");
                foreach (GeneratedToken token in text.Tokens)
                    WriteToken(json, language.Tokenizer, token);
                json.WriteEndArray();
                json.WriteEndObject();
            });
        }
    }

    private static void WriteToken(Utf8JsonWriter json, Tokenizer tokenizer, GeneratedToken token)
    {
        json.WriteStartObject();
        json.WriteNumber("id", token.Id);
        json.WriteString("piece", tokenizer.Piece(token.Id));
        if (token.Score is { } score)
        {
            json.WriteNumber("logprob", score.LogProbability);
            json.WriteNumber("entropy", score.Entropy);
            json.WriteNumber("rank", score.Rank);
        }

        json.WriteEndObject();
    }

    private static void Beams(Terminal terminal, Generator generator, LanguageModel language, GenerateSettings settings)
    {
        var options = new BeamOptions
        {
            Width = settings.Beams,
            Count = settings.Count,
            MaxTokens = settings.MaxTokens,
            StopTokens = language.Defaults.StopTokens,
            CacheType = settings.CacheType,
        };
        IReadOnlyList<(string Text, Beam Beam)> found = generator.Search(settings.Prompt, options, terminal.Stop);
        if (settings.Json)
        {
            foreach ((string text, Beam beam) in found)
            {
                JsonText.Write(terminal.Out, json =>
                {
                    json.WriteStartObject();
                    json.WriteString("prompt", settings.Prompt);
                    json.WriteString("text", text);
                    json.WriteString("stop", Word(beam.Stop));
                    json.WriteNumber("logprob", beam.LogProbability);
                    json.WriteNumber("score", beam.Score);
                    json.WriteEndObject();
                });
            }

            return;
        }

        for (int i = 0; i < found.Count; i++)
        {
            if (i > 0)
                terminal.Out.WriteLine(Separator);
            terminal.Out.WriteLine(settings.Prompt + Shown(terminal, found[i].Text));
            terminal.Line($"[dim]ln p {Numbers.Fixed(found[i].Beam.LogProbability, 4)}, score {Numbers.Fixed(found[i].Beam.Score, 4)}[/]");
        }
    }

    /// <summary>Ids in, ids out: for a model whose tokenizer is not at hand.</summary>
    private static int FromIds(Terminal terminal, Transformer model, GenerateSettings settings, Opening opening)
    {
        int[] prompt = [.. settings.Ids.SelectMany(word => word.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)).Select(Ids.Parse)];
        Transformer? draft = settings.Guessing.Draft is { } path ? opening.Transformer(ModelPath.Find(path)) : null;
        var loop = new DecodingLoop(model, opening.Kernels, draft: draft);
        var cache = new PromptCache(model.Config, settings.CacheType);
        for (int i = 0; i < settings.Count; i++)
        {
            Continuation text = loop.Start(prompt, settings.Options(i, GenerationDefaults.None), cache);
            while (loop.Step(terminal.Stop))
                terminal.Stop.ThrowIfCancellationRequested();
            terminal.Out.WriteLine(string.Join(' ', text.Generated.ToArray().Select(id => id.ToString(CultureInfo.InvariantCulture))));
        }

        return Tool.Success;
    }

    /// <summary>A model must not steer somebody's terminal; a file or another program gets the text as it is.</summary>
    private static string Shown(Terminal terminal, string text) => terminal.IsLive ? Sentences.Harmless(text) : text;

    private static string Word(StopReason stop) => stop switch
    {
        StopReason.StopToken => "stop_token",
        StopReason.StopString => "stop_string",
        _ => "length",
    };
}
