using Grimoire.Evaluation.Tagging;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training;
using Grimoire.Training.Recipes;
using Grimoire.Training.Runs;

namespace Grimoire.Evaluation.Tests.Tagging;

/// <summary>Taggers of both kinds, trained for a moment on sentences in which capitals and neighbours tell the label.</summary>
public sealed class TaggerTests : IDisposable
{
    private static readonly string[] Names = ["Anna", "Bert", "Carl", "Dora", "Emil"], Things = ["ball", "moon", "apple", "sea"];
    private readonly Scratch scratch = new();

    public TaggerTests()
    {
        scratch.Write("train.conll", Text(0, 120));
        scratch.Write("dev.conll", Text(500, 30));
        LetterModels.Llama().Save(scratch["model"]);
        LetterModels.Bert().Save(scratch["encoder"]);
    }

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData(false, null, "iob2")]
    [InlineData(true, "iobes", "iobes")]
    public void From_scratch_it_learns_is_kept_and_opened_again(bool crf, string? scheme, string learned)
    {
        using StageRun run = Prepare("run", Recipe() with { Crf = crf, Scheme = scheme });
        Assert.True(run.Plan.KnownLoss!.Fits(run.Plan.FirstLoss!.Value), $"{run.Plan.FirstLoss}");
        Assert.Equal(TrainingOutcome.Finished, run.Train());
        Assert.True(Run.ReadInfo(scratch["run"]).Results["f1"] > 0.95);
        Assert.Contains("By type of span", File.ReadAllText(run.WriteReport()), StringComparison.Ordinal);

        Tagger trained = ((TagLearner)run.Learner).Tagger, opened = Tagger.Load(StageRun.ModelFolder(scratch["run"]));
        IReadOnlyList<TaggedSentence> dev = TagFile.Read(scratch["dev.conll"]);
        IReadOnlyList<string[]> labels = trained.Tag(dev, new Workspace(Kernels.Simd));
        Assert.Equal(labels, opened.Tag(dev, new Workspace(Kernels.Simd)));
        Assert.Equal((learned, crf), (opened.Tags.Scheme?.Name, opened.Transitions is not null));
        Assert.All(labels, sentence => opened.Tags.Scheme!.Decode(new TaggedSentence(sentence, sentence)));
    }

    [Fact]
    public void What_comes_of_a_sentence_does_not_depend_on_its_company()
    {
        Tagger tagger = Newborn();
        TaggedSentence[] sentences = [.. TagFile.Read(scratch["dev.conll"]).Take(7), new(["Zoë"]), new(["unheard", "of", "🙂"])];
        TagInput[] inputs = [.. sentences.Select(tagger.Encode)];
        float[] together = tagger.Scores(new Workspace(Kernels.Reference), inputs, default).ToArray<float>();
        int at = 0;
        foreach (TagInput input in inputs)
        {
            foreach (float score in tagger.Scores(new Workspace(Kernels.Reference), [input], default).Span<float>())
                Assert.Equal(score, together[at++], 1e-6f);
        }

        Assert.Equal(at, together.Length);
        Assert.Contains(together, score => score != 0);
    }

    [Theory]
    [InlineData("whole")]
    [InlineData("lora crf")]
    [InlineData("encoder")]
    public void On_a_model_it_learns_and_becomes_a_folder_of_Hugging_Face_s(string how)
    {
        bool lora = how == "lora crf";
        TagRecipe recipe = Recipe() with { Crf = lora, LearningRate = 1e-2 };
        StageSettings settings = recipe.Stage with { Model = scratch[how == "encoder" ? how : "model"], Epochs = 6, Seed = 2 };
        if (lora)
            settings = settings with { Adapter = new AdapterSettings { Kind = AdapterChoice.Lora, Rank = 4 } };
        using StageRun run = Prepare("run", recipe with { Stage = settings });
        Assert.Equal(!lora, run.Plan.Memory.Trained > run.Plan.Memory.Parameters / 2);
        Assert.True(run.Plan.KnownLoss!.Fits(run.Plan.FirstLoss!.Value));
        run.Train();
        Assert.True(Run.ReadInfo(scratch["run"]).Results["f1"] > 0.9, $"{Run.ReadInfo(scratch["run"]).Results["f1"]}");
        string folder = StageRun.ModelFolder(scratch["run"]);
        Assert.True(TokenClassifier.Exists(folder));
        var opened = Assert.IsType<TransformerTagger>(Tagger.Load(folder));
        Assert.Equal((lora, "iob2"), (opened.Transitions is not null, opened.Tags.Scheme?.Name));
        IReadOnlyList<TaggedSentence> dev = TagFile.Read(scratch["dev.conll"]);
        Assert.Equal(((TagLearner)run.Learner).Tagger.Tag(dev, new Workspace(Kernels.Simd)), opened.Tag(dev, new Workspace(Kernels.Simd)));
    }

    [Fact]
    public void A_folder_that_does_not_name_its_scheme_is_not_held_to_one()
    {
        var tags = new TagSet(["B-PER", "I-PER", "O"], LabelScheme.Iob1);
        TransformerTagger.Newborn(LetterModels.Llama(), tags, chained: false).Save(scratch["named"]);
        Tagger named = Tagger.Load(scratch["named"]);
        Assert.Equal((LabelScheme.Iob1, true, "strict-iob1"), (named.Tags.Scheme, named.Tags.IsCertain, named.Tags.Rules.Name));
        string config = scratch["named/config.json"];
        File.WriteAllText(config, string.Join('\n', File.ReadLines(config).Where(line => !line.Contains("label_scheme", StringComparison.Ordinal))));
        Tagger foreign = Tagger.Load(scratch["named"]);
        Assert.Equal((LabelScheme.Iob2, false, "seqeval"), (foreign.Tags.Scheme, foreign.Tags.IsCertain, foreign.Tags.Rules.Name));
        Assert.Null(foreign.Tags.Transitions([]));
        Assert.Equal(float.NegativeInfinity, named.Tags.Transitions([])![2 * 3]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stopped_and_continued_it_gives_equal_bits(bool onModel)
    {
        TagRecipe recipe = Recipe() with { Crf = true, Stage = Recipe().Stage with { Steps = 8, Epochs = null } };
        if (onModel)
            recipe = recipe with
            {
                Stage =
                recipe.Stage with { Model = scratch["model"], Adapter = new AdapterSettings { Kind = AdapterChoice.Lora, Rank = 2, Dropout = 0.1 } }
            };
        using (StageRun whole = Prepare("whole", recipe))
            whole.Train();
        using (var stop = new CancellationTokenSource())
        {
            var listener = new Listener(happened =>
            {
                if (happened.Step == 3)
                    stop.Cancel();
            });
            using StageRun half = StageRun.Prepare(new TagStage(recipe), scratch["halves"], [], events: listener);
            Assert.Equal(TrainingOutcome.Stopped, half.Train(stop.Token));
        }

        using StageRun rest = Prepare("halves", recipe);
        Assert.Equal(3, rest.Plan.ResumedFrom);
        rest.Train();
        foreach (string file in (string[])["model/model.safetensors", "checkpoints/step-00000008/optimizer.safetensors"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(scratch["whole"], file)), File.ReadAllBytes(Path.Combine(scratch["halves"], file)));
    }

    [Fact]
    public void Bad_requests_are_refused_in_a_sentence()
    {
        Refused(Recipe() with { Data = [] }, "--data");
        Refused(Recipe() with { Scheme = "bio" }, "known are iob2");
        Refused(Recipe() with { Column = "2", Scheme = "iobes" }, "not those of spans");
        Refused(Recipe() with { Stage = Recipe().Stage with { Adapter = new AdapterSettings { Kind = AdapterChoice.Lora } } }, "beside a model");
        StageSettings prefix = Recipe().Stage with { Model = scratch["model"], Adapter = new AdapterSettings { Kind = AdapterChoice.Prefix } };
        Refused(Recipe() with { Stage = prefix }, "--adapter lora");
        scratch.Write("train.conll", "a X B-PER\nb X O I\n");
        Refused(Recipe(), "train.conll, line 2");
        scratch.Write("train.conll", Text(0, 20) + "a X O\nb X I-PER\n");
        Refused(Recipe() with { Scheme = "iobes" }, "in iob2 I-PER cannot follow O");
        Directory.CreateDirectory(scratch["empty"]);
        Assert.Contains("this is no tagger", Assert.Throws<GrimoireException>(() => Tagger.Load(scratch["empty"])).Message, StringComparison.Ordinal);
        Newborn().Save(scratch["small"]);
        File.WriteAllText(scratch["small/config.json"],
            File.ReadAllText(scratch["small/config.json"]).Replace("\"channels\": 8", "\"channels\": 9", StringComparison.Ordinal));
        Assert.Contains("do not belong together", Assert.Throws<GrimoireException>(() => Tagger.Load(scratch["small"])).Message, StringComparison.Ordinal);

        void Refused(TagRecipe recipe, string words) =>
            Assert.Contains(words, Assert.Throws<GrimoireException>(() => Prepare("bad", recipe).Dispose()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Floors_know_what_they_have_seen()
    {
        IReadOnlyList<TaggedSentence> train = TagFile
            .Read(scratch.Write("a.conll", "New\tB-LOC\nYork\tI-LOC\nis\tO\nNew\tB-PER\nYork\tI-PER\n\nNew\tB-LOC\nYork\tI-LOC\nThea\tB-PER\n\n"));
        Assert.Equal(["B-LOC", "I-LOC", "O", "B-PER", "O"], MostFrequentTag.Of(train).Tag(["New", "York", "is", "Thea", "unheard"]));
        var dictionary = SpanDictionary.Of(train, SpanRules.Seqeval);
        Assert.Equal([new Span(1, 3, "LOC"), new(4, 5, "PER")], dictionary.Find(["in", "New", "York", "meets", "Thea", "New"]));
    }

    [Fact]
    public void The_floor_of_parts_of_speech()
    {
        if (Grimoire.Tests.Shared.Path("data/tag-ud-ewt") is not { } ewt)
        {
            Assert.Skip("shared/data/tag-ud-ewt is not there");
            return;
        }

        IReadOnlyList<TaggedSentence> test = TagFile.Read(Path.Combine(ewt, "en_ewt-ud-test.conllu"));
        var floor = MostFrequentTag.Of(TagFile.Read(Path.Combine(ewt, "en_ewt-ud-train.conllu.gz")));
        TagScore score = TagScore.Of(test, [.. test.Select(sentence => floor.Tag(sentence.Words))], SpanRules.Raw);
        Assert.Equal("88.06", (100 * score.Accuracy).ToString("F2", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Plain_text_becomes_sentences_of_words()
    {
        TaggedSentence[] sentences = [.. PlainWords.Sentences(["Thea's cat didn't see 3.5 mice (or 1,000). It slept!", "", "See https://a.b/c?d=e, ok…"])];
        Assert.Equal(
            ["Thea 's cat did n't see 3.5 mice ( or 1,000 ) .", "It slept !", "See https://a.b/c?d=e , ok …"],
                sentences.Select(sentence => string.Join(' ', sentence.Words)));
    }

    private StageRun Prepare(string folder, TagRecipe recipe) => StageRun.Prepare(new TagStage(recipe), scratch[folder], []);

    private TagRecipe Recipe() => new()
    {
        Data = [scratch["train.conll"]],
        Validation = [scratch["dev.conll"]],
        LearningRate = 2e-2,
        Batch = 8,
        Dropout = 0.1,
        Sizes = new WordTaggerSettings { WordChannels = 8, CharacterChannels = 8, SpellingChannels = 8, Channels = 8 },
        Stage = new StageSettings { Epochs = 6, Threads = 1, Log = new LogSettings { SampleInterval = 0 } },
    };

    private WordTagger Newborn()
    {
        IReadOnlyList<TaggedSentence> train = TagFile.Read(scratch["train.conll"]);
        ParameterSource source = WordTagger.Newborn(1);
        return new WordTagger(Recipe().Sizes, WordVocabulary.Of(train, 2), TagSet.Of(train, LabelScheme.Iob2), chained: false, (name, shape) =>
        {
            Tensor tensor = source(name, shape);
            if (name == "head.weight")
                tensor.Span<float>().Fill(0.1f);
            return tensor;
        });
    }

    private static string Text(int from, int count) => string.Concat(Enumerable.Range(from, count).Select(i =>
    {
        string name = Names[i % 5], other = Names[i * 7 % 5], thing = Things[i * 3 % 4];
        return i % 3 == 0 ? $"{name} P B-PER\n{other} P I-PER\nsees V O\nthe D O\n{thing} N O\n. . O\n\n"
            : $"The D O\n{thing} N O\nis V O\n{name} P B-PER\n's X O\n. . O\n\n";
    }));

    private sealed class Listener(Action<TrainingEvent> heard) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value) => heard(value);
    }
}
