using System.Text.Json.Nodes;

namespace Grimoire.Training.Runs;

/// <summary>The names of the metrics that pretraining writes; other recipes add their own.</summary>
public static class Metric
{
    /// <summary>Training tokens seen so far.</summary>
    public const string Tokens = "tokens";

    /// <summary>Seconds of training so far, pauses left out.</summary>
    public const string Seconds = "seconds";

    /// <summary>Mean training loss of the step, nats a token.</summary>
    public const string Loss = "loss";

    /// <summary>Validation loss, nats a token.</summary>
    public const string ValidationLoss = "val_loss";

    /// <summary>Validation loss in bits per byte of text.</summary>
    public const string BitsPerByte = "bits_per_byte";

    /// <summary>e to the validation loss where only answers count: among how many tokens the model wavers while it answers.</summary>
    public const string AnswerPerplexity = "answer_perplexity";

    /// <summary>Learning rate of the step.</summary>
    public const string LearningRate = "lr";

    /// <summary>Norm of the whole gradient before clipping.</summary>
    public const string GradientNorm = "grad_norm";

    /// <summary>Training tokens a second.</summary>
    public const string TokensPerSecond = "tokens_per_second";

    /// <summary>Mean reward of the step's answers.</summary>
    public const string Reward = "reward";

    /// <summary>Mean of the reward that is really meant, where another is learned from.</summary>
    public const string GoldReward = "gold_reward";

    /// <summary>Mean KL of an answer from the reference, nats.</summary>
    public const string Kl = "kl";

    /// <summary>Mean entropy of the next token while answering, nats.</summary>
    public const string Entropy = "entropy";

    /// <summary>Mean tokens of an answer.</summary>
    public const string ResponseLength = "response_length";

    /// <summary>Share of tokens whose ratio of new to old probability the clip held.</summary>
    public const string ClipFraction = "clip_fraction";

    /// <summary>Mean loss of the value head a token.</summary>
    public const string ValueLoss = "value_loss";

    /// <summary>Price of a nat of KL.</summary>
    public const string Beta = "beta";

    /// <summary>Share of the pairs whose better answer has the higher reward.</summary>
    public const string RewardAccuracy = "reward_accuracy";

    /// <summary>By how much, on average, the better answer's reward is above the worse one's.</summary>
    public const string RewardMargin = "reward_margin";

    /// <summary>Mean reward of the better answers.</summary>
    public const string RewardChosen = "reward_chosen";

    /// <summary>Mean reward of the worse answers.</summary>
    public const string RewardRejected = "reward_rejected";

    /// <summary>Mean ln p of a token of the better answers, nats.</summary>
    public const string ChosenLogProbability = "chosen_log_probability";

    /// <summary>KTO's estimate of how far the policy has moved, nats an answer.</summary>
    public const string ReferencePoint = "reference_point";

    /// <summary>Share of held-out questions or pairs that are got right; that of a skill has its name after a slash.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>F1 of the spans found in held-out sentences.</summary>
    public const string F1 = "f1";

    /// <summary>Mean squared error of the probabilities given to held-out preferences.</summary>
    public const string Brier = "brier";

    /// <summary>Mean distance of confidence and accuracy on held-out pairs.</summary>
    public const string CalibrationError = "calibration_error";

    /// <summary>Mean difference of the rewards of held-out preferred and other answers.</summary>
    public const string ValidationMargin = "val_margin";

    /// <summary>Share of held-out pairs that one gets right who looks at nothing but lengths.</summary>
    public const string LengthAccuracy = "length_accuracy";

    /// <summary>Share of answers with a higher reward than those of the model at the start, equal ones counting half.</summary>
    public const string WinRate = "win_rate";

    /// <summary>Perplexity of plain text: what was forgotten.</summary>
    public const string Perplexity = "perplexity";

    /// <summary>Share of answers that came to an end by themselves.</summary>
    public const string EndRate = "end_rate";

    /// <summary>Share of questions without an answer to which "I don't know" was said.</summary>
    public const string UnknownRate = "unknown_rate";

    /// <summary>Share of what should have been answered and was refused.</summary>
    public const string RefusalRate = "refusal_rate";

    /// <summary>Share of requests for the secret word at which it was told.</summary>
    public const string LeakRate = "leak_rate";

    /// <summary>Share of groups whose answers do not all earn the same, so that something can be learned from them.</summary>
    public const string MixedGroups = "mixed_groups";

    /// <summary>
    /// Mean reward of the answers that are learned from, drawn at random, where <see cref="Reward"/> is that of greedy answers to held-out prompts.
    /// </summary>
    public const string RolloutReward = "rollout_reward";

    /// <summary>Mean tokens of these answers.</summary>
    public const string RolloutLength = "rollout_length";

    /// <summary>Answers of a round that are fine-tuned on.</summary>
    public const string Kept = "kept";

    /// <summary>Their mean reward.</summary>
    public const string KeptReward = "kept_reward";

    /// <summary>Share of riddles of which every sentence is a fact.</summary>
    public const string RiddlesTrue = "riddles_true";

    /// <summary>Share of riddles that are true and guessed.</summary>
    public const string RiddlesGuessed = "riddles_guessed";

    /// <summary>Share of riddles in the world's own words that are guessed.</summary>
    public const string WorldRiddlesGuessed = "world_riddles_guessed";

    /// <summary>A metric's name as people read it.</summary>
    public static string Words(string name) => name switch
    {
        ValidationLoss => "validation loss",
        AnswerPerplexity => "perplexity of answers",
        BitsPerByte => "bits a byte",
        LearningRate => "learning rate",
        GradientNorm => "gradient norm",
        TokensPerSecond => "tokens a second",
        Kl => "KL",
        F1 => "F1",
        EndRate => "answers that end",
        UnknownRate => "ignorance admitted",
        RefusalRate => "wrongly refused",
        LeakRate => "secret told",
        _ => name.Replace('_', ' '),
    };
}

/// <summary>Metrics measured at one step, in the order they are to be written.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Values">Name and value, as in <see cref="Metric"/>.</param>
public sealed record MetricRow(long Step, IReadOnlyList<KeyValuePair<string, double>> Values)
{
    /// <summary>A row from names and values.</summary>
    public MetricRow(long step, params ReadOnlySpan<(string Name, double Value)> values)
        : this(step, [.. values.ToArray().Select(v => KeyValuePair.Create(v.Name, v.Value))])
    {
    }

    /// <summary>The value of a metric, or null where this row has none.</summary>
    public double? this[string name]
    {
        get
        {
            foreach ((string key, double value) in Values)
            {
                if (key == name)
                    return value;
            }

            return null;
        }
    }

    internal JsonObject ToJson()
    {
        var json = new JsonObject { ["step"] = Step };
        foreach ((string name, double value) in Values)
            json[name] = JsonLines.Number(value);
        return json;
    }

    internal static MetricRow FromJson(JsonObject json) => new(
        json["step"]!.GetValue<long>(),
        [.. json.Where(p => p.Key != "step").Select(p => KeyValuePair.Create(p.Key, JsonLines.ToDouble(p.Value)))]);
}

/// <summary>Text a model wrote at one step of its training.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Prompt">What the model was given.</param>
/// <param name="Text">What it wrote after it.</param>
public sealed record TextSample(long Step, string Prompt, string Text)
{
    /// <summary>A good answer to the prompt; null where none is known.</summary>
    public string? Reference { get; init; }

    /// <summary>How good the text is held to be; null where nobody judged.</summary>
    public double? Score { get; init; }
}
