using System.Globalization;
using System.Text.Json.Nodes;
using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;
using Grimoire.Training.Rewards;
using Grimoire.Training.Rollouts;
using Grimoire.Training.Runs;

namespace Grimoire.Training.Recipes;

/// <summary>
/// Over-optimisation, shown (Gao et al. 2022, arXiv:2210.10760): preferences between the model's own answers, some of them wrong, teach a proxy; PPO and the
/// best of n then raise the proxy, and the reward that was meant is watched beside it, both against the distance from the start.
/// </summary>
/// <param name="recipe">What to do.</param>
public sealed class OveroptimizeStage(OveroptimizeRecipe recipe) : Stage
{
    private const string PairsFile = "pairs.jsonl", ProxyFolder = "proxy", StartFile = "start_rewards.json";

    // Many pairs of answers are equally good and say nothing.
    private const int DrawnPerPair = 4;

    // Few as the pairs are, some of them must be left to choose the best proxy by.
    private const double HeldOutPairs = 0.2;

    /// <inheritdoc/>
    public override string Kind => "align overoptimize";

    /// <inheritdoc/>
    public override StageSettings Settings { get; } = PpoStage.SettingsOf(recipe.Ppo);

    /// <inheritdoc/>
    public override JsonObject ToJson() => recipe.ToJson();

    /// <inheritdoc/>
    public override void Check()
    {
        if (recipe.Ppo.Gold is null)
            throw new GrimoireException("No gold reward is given, which the proxy is a poor picture of; name one (--gold world).");
        new PpoStage(Against(ProxyFolder)).Check();
    }

    /// <inheritdoc/>
    public override LanguageModel Dress(LanguageModel model) => RewardedPrompts.Dressed(model, recipe.Ppo.Prompts);

    /// <inheritdoc/>
    public override IReadOnlyList<Head> MakeHeads(LanguageModel model) => [PpoStage.ValueHead(model)];

    /// <inheritdoc/>
    public override StageParts Open(StageContext context)
    {
        Directory.CreateDirectory(context.Folder);
        RewardSum gold = RewardNames.Parse(recipe.Ppo.Gold!, context.Kernels);
        // In a run that goes on, what is trained is no longer what it began as.
        LanguageModel start = Dress(LanguageModel.Load(context.BasePath));
        var encoder = new ExampleEncoder(start.Tokenizer, start.ChatTemplate, start.Config.Context);
        var sampler = new RolloutSampler(start, encoder, context.Kernels);
        PromptExample[] prompts =
            [.. ExampleFiles.Read(recipe.Ppo.Prompts.Paths, ExampleKinds.Prompt, recipe.Ppo.Prompts.SkipBad).Examples.Cast<PromptExample>()];
        int pairs = Compare(context, sampler, prompts, gold);
        string proxy = RaiseProxy(context);
        StartRewards rewards = TakeBest(context, sampler, prompts, ModelReward.Load(proxy, context.Kernels), gold);
        StageParts parts = PpoStage.Open(Against(proxy), context);
        return parts with
        {
            Facts = [.. parts.Facts, new Fact("proxy",
                FormattableString.Invariant($"learned from {pairs} pairs, {recipe.Noise:P0} of them the wrong way round"))],
            Report = report => Add(report, rewards),
        };
    }

    /// <summary>Writes the preferences unless they are there; returns how many there are.</summary>
    private int Compare(StageContext context, RolloutSampler sampler, PromptExample[] prompts, Reward gold)
    {
        string path = Path.Combine(context.Folder, PairsFile);
        if (!File.Exists(path))
        {
            context.Progress?.Report("answering twice to be compared");
            PromptExample[] asked = Drawn(prompts, DrawnPerPair * recipe.Pairs, stream: 1);
            IReadOnlyList<Rollout> answers = sampler.Sample(asked, 2, recipe.Ppo.Ppo.Generation, Stream(2));
            NoisyPairs.Write(path, NoisyPairs.Of(answers, gold.Score(answers), recipe.Noise, recipe.Pairs, Stream(3)));
        }

        return ExampleFiles.Read([path], ExampleKinds.Preference).Examples.Count;
    }

    /// <summary>The PPO run against a reward model.</summary>
    private PpoRecipe Against(string proxy) => recipe.Ppo with { Prompts = recipe.Ppo.Prompts with { Reward = ModelReward.Prefix + proxy } };

    /// <summary>Raises the reward model, or goes on with it; returns its folder.</summary>
    private string RaiseProxy(StageContext context)
    {
        context.Progress?.Report("raising the proxy");
        var stage = new RewardStage(new RewardRecipe
        {
            Stage = new()
            {
                Model = context.BasePath,
                Epochs = recipe.ProxyEpochs,
                Seed = Settings.Seed,
                Threads = Settings.Threads,
            },
            LearningRate = recipe.ProxyLearningRate,
            Data = [Path.Combine(context.Folder, PairsFile)],
            ValidationShare = HeldOutPairs,
            Template = recipe.Ppo.Prompts.Template,
        });
        string folder = Path.Combine(context.Folder, ProxyFolder);
        using StageRun run = StageRun.Prepare(stage, folder, ["reward", context.BasePath]);
        if (!run.Finished)
            run.Train();
        return StageRun.ModelFolder(folder);
    }

    /// <summary>What the start and the best of n of its answers earn, measured once.</summary>
    private StartRewards TakeBest(StageContext context, RolloutSampler sampler, PromptExample[] prompts, Reward proxy, Reward gold)
    {
        string path = Path.Combine(context.Folder, StartFile);
        if (StartRewards.Read(path) is { } known)
            return known;
        context.Progress?.Report($"taking the best of {recipe.BestOf} answers");
        IReadOnlyList<Rollout> answers = sampler.Sample(Drawn(prompts, recipe.BestOfPrompts, stream: 4), recipe.BestOf, recipe.Ppo.Ppo.Generation, Stream(5));
        var rewards = StartRewards.Of(proxy.Score(answers), gold.Score(answers), recipe.BestOf);
        rewards.Write(path);
        return rewards;
    }

    private static ReportData Add(ReportData report, StartRewards start)
    {
        IReadOnlyList<RewardPoint> ppo = RewardCurve.OfRun(report.Metrics);
        return report with
        {
            Plots = [.. report.Plots, RewardCurve.Plot(start, ppo)],
            Tables = [.. report.Tables, Table("PPO: KL; proxy, gold reward", ppo), Table("Best of n: KL; proxy, gold reward", start.Best)],
        };
    }

    private static FactTable Table(string title, IReadOnlyList<RewardPoint> points) =>
        new(title, [.. points.Select(p => new Fact(Decimals(p.Kl), $"{Decimals(p.Proxy)}, {Decimals(p.Gold)}"))]);

    private static string Decimals(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private PromptExample[] Drawn(PromptExample[] prompts, int count, ulong stream)
    {
        var draws = new Draws(prompts.Length, Stream(stream));
        return [.. draws.Range(0, count).Select(i => prompts[i])];
    }

    /// <summary>Randomness apart from that of training.</summary>
    private ulong Stream(ulong number) => CountedRandom.Bits((ulong)Settings.Seed, 0x6F766572, number);
}
