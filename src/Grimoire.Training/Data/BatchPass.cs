using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Training.Data;

/// <summary>A model's pass that is begun again for one batch after the other: its memory is kept, so that steps of training allocate none.</summary>
/// <param name="model">What reads the batches.</param>
internal sealed class BatchPass(Transformer model)
{
    private readonly Batch rows = new();
    private Pass? pass;

    /// <summary>The model.</summary>
    public Transformer Model => model;

    /// <summary>Begins with a batch; the pass before must have gone backward or be done with.</summary>
    public Pass Begin(Workspace workspace, TrainingBatch batch, PassOptions options)
    {
        batch.AddTo(rows.Clear());
        if (pass is null || pass.Workspace != workspace)
            return pass = model.Begin(workspace, rows, options);
        pass.Restart(options);
        return pass;
    }
}
