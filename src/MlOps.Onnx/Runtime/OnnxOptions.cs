using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.Onnx;

/// <summary>How ONNX models are run. Bound from <c>MlOps:Onnx</c>.</summary>
public sealed class OnnxOptions
{
    /// <summary>Gets or sets how many threads work on one request of a model.</summary>
    /// <value>The default is 1: a server answers many requests side by side. More shorten a single large request.</value>
    [Range(1, 1024)]
    public int Threads { get; set; } = 1;
}

[OptionsValidator]
internal sealed partial class OnnxOptionsValidator : IValidateOptions<OnnxOptions>;
