using Grimoire.Models;
using Grimoire.Tensors;
using Grimoire.Training.Data;

namespace Grimoire.Training;

/// <summary>What a policy and its value head make of answers: both are read off one stream.</summary>
/// <param name="LogProbabilities">ln π of every answer token of the batch, <c>[trained token]</c>.</param>
/// <param name="Values">What is foretold before each of them, <c>[trained token]</c>.</param>
internal readonly record struct PolicyReading(Tensor LogProbabilities, Tensor Values)
{
    /// <summary>
    /// One pass of a batch. No gradient flows from the values into the stream: the value head reads what the policy has, and does not change it. So zero
    /// advantages leave the policy as it is, and no weight must balance two losses in one trunk.
    /// </summary>
    public static PolicyReading Of(Transformer model, Head value, TrainingBatch batch, Workspace workspace, PassOptions options = default)
    {
        Pass pass = model.Begin(workspace, batch.ToBatch(), options);
        Tensor hidden = model.Stream(pass, model.Embed(pass));
        Tensor unlinked = hidden.Rows(0, hidden.Shape[0]);
        Tensor values = value.Forward(Ops.GatherRows(unlinked, workspace.From(TokenLogProbabilities.TrainedRows(batch))));
        return new PolicyReading(TokenLogProbabilities.Of(model, hidden, batch), values.Reshape(batch.TargetCount));
    }
}
