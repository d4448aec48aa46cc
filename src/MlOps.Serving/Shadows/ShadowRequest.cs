using System.Diagnostics;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>A request that was answered, for the shadow.</summary>
/// <param name="Stamp">Its identifier and time.</param>
/// <param name="Inputs">The inputs as they came, before anything was added.</param>
/// <param name="Outputs">What was answered.</param>
/// <param name="Origin">Where it came from.</param>
/// <param name="Version">The version that answered.</param>
/// <param name="Parent">The activity within which it was answered.</param>
internal readonly record struct ShadowRequest(
    RequestStamp Stamp, IReadOnlyList<Tensor> Inputs, IReadOnlyList<Tensor> Outputs, RequestOrigin Origin, int Version, ActivityContext Parent)
{
    public int Rows => Outputs.Count == 0 ? 1 : Math.Max(1, Outputs[0].Rows);
}
