namespace MlOps.DataValidation;

/// <summary>Says what is expected of the column of a member, for <see cref="DataSchema.FromType{T}"/>.</summary>
/// <remarks>Ranges and allowed values are said with the attributes of <c>System.ComponentModel.DataAnnotations</c>: Range, AllowedValues, Required.</remarks>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class DataColumnAttribute : Attribute
{
    /// <summary>Gets or sets the name of the column.</summary>
    /// <value>Null, the default, is the name of the member.</value>
    public string? Name { get; set; }

    /// <summary>Gets or sets what the column means, for people.</summary>
    public string? Description { get; set; }

    /// <summary>Gets or sets the largest share of rows without a value, 0 to 1, of a member that can be null.</summary>
    /// <value>The default is 1: only a column without any value is an anomaly.</value>
    public double MissingShare { get; set; } = 1;

    /// <summary>Gets or sets a value indicating whether no value may come twice.</summary>
    public bool IsUnique { get; set; }

    /// <summary>Gets or sets a value indicating whether integers are names rather than quantities.</summary>
    public bool IsCategorical { get; set; }

    /// <summary>Gets or sets a value indicating whether NaN and infinities are refused.</summary>
    public bool IsFinite { get; set; }

    /// <summary>Gets or sets which share of the values must lie among the allowed values, 0 to 1.</summary>
    /// <value>The default is 1.</value>
    public double MinDomainMass { get; set; } = 1;

    /// <summary>Gets or sets the environments in which the column is not expected.</summary>
    public string[] NotIn { get; set; } = [];

    /// <summary>Gets or sets how far the column is in its life.</summary>
    public LifecycleStage Lifecycle { get; set; }

    /// <summary>Gets or sets a value indicating whether the member has no column.</summary>
    public bool IsIgnored { get; set; }
}
