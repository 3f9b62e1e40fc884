namespace Grimoire.Evaluation.Scaling;

/// <summary>Laws that others have published for their models and texts, to set beside one's own.</summary>
public static class PublishedLaws
{
    /// <summary>
    /// Hoffmann et al. 2022 (arXiv:2203.15556), approach 3, with the digits that the source of their paper has and its print has not; 0.34 and 0.28 would give
    /// exponents other than those they tell.
    /// </summary>
    public static ScalingLaw Hoffmann { get; } = ScalingLaw.Of(1.6934, 406.4, 410.7, 0.3392, 0.2849);

    /// <summary>Besiroglu et al. 2024 (arXiv:2404.10102): the same form fitted to 240 of the 245 points read off the figure of Hoffmann et al.</summary>
    public static ScalingLaw Besiroglu { get; } = ScalingLaw.Of(1.8172, 482.01, 2085.43, 0.3478, 0.3658);
}
