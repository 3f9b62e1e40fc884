namespace Grimoire.Evaluation.Scaling;

/// <summary>Laws that others have published for their models and texts, to set beside one's own.</summary>
public static class PublishedLaws
{
    /// <summary>Hoffmann et al. 2022 (arXiv:2203.15556), approach 3, as printed.</summary>
    public static ScalingLaw Hoffmann { get; } = new(1.69, 406.4, 410.7, 0.34, 0.28);

    /// <summary>Besiroglu et al. 2024 (arXiv:2404.10102): the same form fitted to 240 of the 245 points read off the figure of Hoffmann et al.</summary>
    public static ScalingLaw Besiroglu { get; } = new(1.8172, 482.01, 2085.43, 0.3478, 0.3658);
}
