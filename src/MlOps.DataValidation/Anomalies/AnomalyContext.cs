using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>In which circumstances data is held to a schema.</summary>
public sealed record AnomalyContext
{
    /// <summary>Gets the environment, for instance training or serving.</summary>
    /// <value>Null, the default, expects every column.</value>
    public string? Environment { get; init; }

    /// <summary>Gets the profile of the previous span of the data, for drift.</summary>
    /// <value>Null, the default, measures no drift.</value>
    public DatasetProfile? Previous { get; init; }

    /// <summary>Gets the profile of the data that the model serves, for skew.</summary>
    /// <value>Null, the default, measures no skew.</value>
    public DatasetProfile? Serving { get; init; }

    /// <summary>Gets the profile of the previous version of the same data, whose number of rows is compared.</summary>
    /// <value>Null, the default, compares none.</value>
    public DatasetProfile? PreviousVersion { get; init; }
}
