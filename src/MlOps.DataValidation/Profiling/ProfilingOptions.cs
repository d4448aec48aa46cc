using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>What is profiled, and how.</summary>
public sealed record ProfilingOptions
{
    /// <summary>Gets the options that are used when none are given.</summary>
    public static ProfilingOptions Default { get; } = new();

    /// <summary>Gets how columns are profiled.</summary>
    public ProfileOptions Statistics { get; init; } = ProfileOptions.Default;

    /// <summary>Gets the columns to profile.</summary>
    /// <value>Null, the default, profiles every column.</value>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Gets the pairs of numeric columns whose correlation is measured.</summary>
    public IReadOnlyList<(string First, string Second)> Correlations { get; init; } = [];

    /// <summary>Gets the pairs of columns whose values are counted together, for Cramér's V.</summary>
    public IReadOnlyList<(string First, string Second)> Contingencies { get; init; } = [];

    /// <summary>Gets how many columns are profiled at once. The profile does not depend on it.</summary>
    /// <value>The default is the number of processors.</value>
    public int MaxParallelism
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }
    = Environment.ProcessorCount;

    /// <summary>Gets how many slices there may be.</summary>
    /// <value>The default is 1000.</value>
    public int MaxSlices
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }
    = 1000;

    /// <summary>Gets where the number of rows that were profiled is told, after each batch.</summary>
    public IProgress<long>? Progress { get; init; }

    /// <summary>Gives the same options, but keeps raw values out of the profile: no frequent values, no smallest and largest text, numbers to 8 binary digits.</summary>
    /// <returns>The changed options.</returns>
    public ProfilingOptions WithoutValues() => this with { Statistics = Statistics with { KeepValues = false } };
}
