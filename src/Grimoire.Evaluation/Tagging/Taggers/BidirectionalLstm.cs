using Grimoire.Models;
using Grimoire.Tensors;

namespace Grimoire.Evaluation.Tagging;

/// <summary>Two LSTMs, one of which reads from the end.</summary>
internal sealed class BidirectionalLstm
{
    private readonly Direction forwards, backwards;

    public BidirectionalLstm(List<Parameter> parameters, ParameterSource source, string name, int inputs, int channels)
    {
        forwards = new Direction(parameters, source, $"{name}.forward", inputs, channels);
        backwards = new Direction(parameters, source, $"{name}.backward", inputs, channels);
    }

    /// <summary>What each direction has read up to each row: two of <c>[row, channel]</c>.</summary>
    public (Tensor Forwards, Tensor Backwards) Forward(Tensor x, int[] counts) => (forwards.Forward(x, counts, false), backwards.Forward(x, counts, true));

    private sealed class Direction
    {
        private readonly Tensor weight, bias, recurrent;

        public Direction(List<Parameter> parameters, ParameterSource source, string name, int inputs, int channels)
        {
            Tensor Get(string part, Shape shape)
            {
                Tensor tensor = source($"{name}.{part}", shape);
                parameters.Add(new Parameter($"{name}.{part}", tensor));
                return tensor;
            }

            weight = Get("weight", (4 * channels, inputs));
            bias = Get("bias", 4 * channels);
            recurrent = Get("recurrent", (4 * channels, channels));
        }

        public Tensor Forward(Tensor x, int[] counts, bool backwards) => Ops.Lstm(Ops.Linear(x, weight, bias), recurrent, counts, backwards);
    }
}
