using System.ComponentModel.DataAnnotations;

namespace MlOps.ModelRegistry;

/// <summary>How registered models are opened. Bound from <c>MlOps:ModelRegistry</c>.</summary>
public sealed class ModelRegistryOptions
{
    /// <summary>Gets or sets by how much a loaded model may miss its sample predictions, as a share of the largest one of the same output; processors round differently.</summary>
    /// <value>The default is 0.000001. With 0 every bit must be the same. Texts, integers and truth values must always be the same.</value>
    [Range(0d, 0.1)]
    public double SampleTolerance { get; set; } = 1e-6;
}
