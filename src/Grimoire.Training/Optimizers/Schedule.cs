namespace Grimoire.Training;

/// <summary>The shape of a learning-rate schedule after warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Stays at the peak.</summary>
    Constant,

    /// <summary>Half a cosine from the peak to the end value (Loshchilov and Hutter 2017, arXiv:1608.03983).</summary>
    Cosine,

    /// <summary>A straight line from the peak to the end value.</summary>
    Linear,

    /// <summary>Warm-up, stable, decay: the peak, then a straight line to the end value over the last part (Hu et al. 2024, arXiv:2404.06395).</summary>
    Wsd,
}

/// <summary>The learning rate of each step.</summary>
/// <param name="Kind">The shape.</param>
/// <param name="Peak">The rate after warm-up.</param>
/// <param name="End">The rate of the last step.</param>
/// <param name="Warmup">Steps of straight rise from 0, before the first at the peak.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="DecayFraction">The share of the steps after warm-up in which <see cref="ScheduleKind.Wsd"/> decays, above 0.</param>
public sealed record Schedule(ScheduleKind Kind, float Peak, float End, long Warmup, long Steps, float DecayFraction = 0.2f)
{
    /// <summary>The rate of a step, counted from 0.</summary>
    public float Rate(long step)
    {
        if (step < Warmup)
            return (float)(Peak * ((step + 1.0) / (Warmup + 1)));
        double progress = Math.Clamp((double)(step - Warmup) / Math.Max(1, Steps - 1 - Warmup), 0, 1);
        return (float)(Kind switch
        {
            ScheduleKind.Constant => Peak,
            ScheduleKind.Cosine => End + ((Peak - End) * 0.5 * (1 + Math.Cos(Math.PI * progress))),
            ScheduleKind.Linear => Peak + ((End - Peak) * progress),
            _ => Peak + ((End - Peak) * Math.Clamp((progress - (1 - DecayFraction)) / DecayFraction, 0, 1)),
        });
    }
}
