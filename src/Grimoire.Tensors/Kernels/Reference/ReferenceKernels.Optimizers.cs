namespace Grimoire.Tensors;

/// <summary>Steps of optimizers.</summary>
internal sealed partial class ReferenceKernels
{
    public override void AdamW(Tensor parameter, Tensor grad, Tensor m, Tensor v, in AdamWStep step)
    {
        Elements parameters = new(parameter), grads = new(grad), ms = new(m), vs = new(v);
        for (long i = 0; i < parameters.Count; i++)
        {
            double g = step.GradScale * grads[i];
            double first = (step.Beta1 * ms[i]) + ((1 - step.Beta1) * g);
            double second = (step.Beta2 * vs[i]) + ((1 - step.Beta2) * g * g);
            double update = first / step.Correction1 / (Math.Sqrt(second / step.Correction2) + step.Epsilon);
            parameters[i] = (parameters[i] * (1 - ((double)step.Rate * step.Decay))) - (step.Rate * update);
            ms[i] = first;
            vs[i] = second;
        }
    }

    public override void Sgd(Tensor parameter, Tensor grad, Tensor? velocity, float rate, float momentum, float decay, float gradScale)
    {
        Elements parameters = new(parameter), grads = new(grad), velocities = new(velocity ?? grad);
        for (long i = 0; i < parameters.Count; i++)
        {
            double update = gradScale * grads[i];
            if (velocity is not null)
            {
                update += momentum * velocities[i];
                velocities[i] = update;
            }

            parameters[i] = (parameters[i] * (1 - ((double)rate * decay))) - (rate * update);
        }
    }
}
