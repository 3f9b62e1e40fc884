using System.Runtime.InteropServices;
using Grimoire.Models;
using Grimoire.Models.Chat;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>Which of two answers is better.</summary>
public enum Verdict
{
    /// <summary>Neither, or it cannot be told.</summary>
    Tie,

    /// <summary>The first.</summary>
    First,

    /// <summary>The second.</summary>
    Second,
}

/// <summary>
/// Says which of two answers is better (Zheng et al. 2023, arXiv:2306.05685). Judges have a liking for a place as well as for an answer, so each pair is shown
/// in both orders, and only what is said both times counts.
/// </summary>
public abstract class Judge
{
    /// <summary>Who judges, for the provenance of a verdict: <c>judge:PATH</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Loads a judge: a reward model, or a language model that is asked.</summary>
    /// <param name="path">The model folder or file.</param>
    /// <param name="template">How its conversations are written: a name, a file or <c>none</c>; null for the model's own way.</param>
    /// <param name="kernels">What computes.</param>
    /// <exception cref="GrimoireException">There is no such model, or it cannot judge.</exception>
    public static Judge Load(string path, string? template, Kernels kernels)
    {
        if (RewardModel.Exists(path))
        {
            RewardModel reward = RewardModel.Load(path);
            return new RewardJudge(reward, ChatFormat.Of(reward.Model, template), path, kernels);
        }

        LanguageModel model = LanguageModel.Load(path);
        return new ModelJudge(model, ChatFormat.Of(model, template), path, kernels);
    }

    /// <summary>Judges two answers to a prompt, in both orders.</summary>
    /// <exception cref="GrimoireException">Prompt and answers are too long for the judge.</exception>
    public Judgement Compare(Passage prompt, string first, string second)
    {
        double straight = Preference(prompt, first, second), swapped = 1 - Preference(prompt, second, first);
        Verdict verdict = straight > 0.5 && swapped > 0.5 ? Verdict.First : straight < 0.5 && swapped < 0.5 ? Verdict.Second : Verdict.Tie;
        return new Judgement(verdict, straight, swapped);
    }

    /// <summary>The probability, as the judge has it, that the answer shown first is the better one.</summary>
    protected abstract double Preference(Passage prompt, string shownFirst, string shownSecond);
}

/// <summary>What a judge says of two answers.</summary>
/// <param name="Verdict">Which is better; a tie unless both orders agree.</param>
/// <param name="Straight">The probability that the first answer is better, shown first.</param>
/// <param name="Swapped">The same, shown second.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Judgement(Verdict Verdict, double Straight, double Swapped)
{
    /// <summary>The probability that the first answer is better, over both orders.</summary>
    public double First => (Straight + Swapped) / 2;

    /// <summary>How much more likely an answer is to be called better for being shown first: 0 for a judge who does not care, at most 1.</summary>
    public double PositionBias => Straight - Swapped;
}
