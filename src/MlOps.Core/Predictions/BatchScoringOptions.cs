namespace MlOps.Core;

/// <summary>How a dataset is scored.</summary>
public sealed record BatchScoringOptions
{
    /// <summary>Gets the alias of the version that predicts.</summary>
    /// <value>The default is champion.</value>
    public string Alias { get; init; } = ModelNames.Champion;

    /// <summary>Gets the version that predicts.</summary>
    /// <value>The default is null: the one that <see cref="Alias"/> points to.</value>
    public int? Version { get; init; }

    /// <summary>Gets what the predictions are called.</summary>
    /// <value>The default is null: as the dataset, with predictions behind it.</value>
    public string? Name { get; init; }

    /// <summary>Gets the columns of the dataset that stand beside the predictions, as its keys. Rows need not differ in them.</summary>
    /// <value>The default is none: the rows are in the order of the dataset.</value>
    public IReadOnlyList<string> KeepColumns { get; init; } = [];

    /// <summary>Gets the share of the rows that is logged, from 0 to 1, chosen by a hash of their identifiers: the same rows each time. Rows that failed are logged unless it is 0.</summary>
    /// <value>The default is 1: all.</value>
    public double LogShare { get; init; } = 1;

    /// <summary>Gets how many rows are predicted at once, at most. The predictions do not depend on it.</summary>
    /// <value>The default is 4,096.</value>
    public int BatchRows { get; init; } = 4_096;

    /// <summary>Refuses options that make no sense.</summary>
    /// <exception cref="ArgumentException">A name is no name, or a number is outside of its bounds.</exception>
    public void Check()
    {
        ModelNames.CheckAlias(Alias);
        if (Version is { } version) ArgumentOutOfRangeException.ThrowIfLessThan(version, 1, nameof(Version));
        if (Name is not null) ArgumentException.ThrowIfNullOrWhiteSpace(Name, nameof(Name));
        ArgumentNullException.ThrowIfNull(KeepColumns, nameof(KeepColumns));
        if (!(LogShare is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(LogShare), LogShare, "A share is from 0 to 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchRows, 1, nameof(BatchRows));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BatchRows, 1_048_576, nameof(BatchRows));
    }
}
