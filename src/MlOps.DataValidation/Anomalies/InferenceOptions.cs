namespace MlOps.DataValidation;

/// <summary>What is inferred from a profile.</summary>
public sealed record InferenceOptions
{
    /// <summary>Gets the options that are used when none are given.</summary>
    public static InferenceOptions Default { get; } = new();

    /// <summary>Gets up to how many different texts are taken for the domain of a column.</summary>
    /// <value>The default is 100.</value>
    public int DomainLimit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }
    = 100;

    /// <summary>Gets by how much ranges reach beyond what was seen, as a share of its spread; times only into the past, for time goes on.</summary>
    /// <value>The default is 0.1. Null infers no ranges.</value>
    public double? RangeSlack
    {
        get;
        init
        {
            if (value is { } slack) ArgumentOutOfRangeException.ThrowIfNegative(slack, nameof(value));
            field = value;
        }
    }
    = 0.1;

    /// <summary>Gets by how much the share of missing values may grow in a column that has some.</summary>
    /// <value>The default is 0.05. Null asks for a value in some row only.</value>
    public double? MissingSlack
    {
        get;
        init
        {
            if (value is { } slack) ArgumentOutOfRangeException.ThrowIfNegative(slack, nameof(value));
            field = value;
        }
    }
    = 0.05;

    /// <summary>Gets from how many rows on a column whose values are all different is taken for unique. Reals and times are never.</summary>
    /// <value>The default is 100. Null infers no uniqueness.</value>
    public long? UniqueFrom { get; init; } = 100;

    /// <summary>Gets a value indicating whether lists that have the same length in every row are taken for tensors of a shape.</summary>
    /// <value>The default is false.</value>
    public bool InfersShape { get; init; }
}
