using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Where the events of a feature view come from.</summary>
public abstract record FeatureSource
{
    private FeatureSource()
    {
    }

    /// <summary>Gets the rows when they are always the same; null when the source is to be read to know them.</summary>
    internal DatasetParts? Pinned => this switch
    {
        FromDataset source => new([source.Dataset]),
        FromParts source => source.Rows,
        _ => null,
    };

    /// <summary>Takes the rows of a dataset: always the same.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <returns>The source.</returns>
    public static FeatureSource Of(Dataset dataset) => new FromDataset(dataset ?? throw new ArgumentNullException(nameof(dataset)));

    /// <summary>Takes the rows of any source of data, as it is when it is read.</summary>
    /// <param name="source">The source.</param>
    /// <returns>The source.</returns>
    public static FeatureSource Of(IDataSource source) => new FromData(source ?? throw new ArgumentNullException(nameof(source)));

    /// <summary>Takes the rows of a table or query of a warehouse, which joins them itself.</summary>
    /// <param name="warehouse">The name of the warehouse.</param>
    /// <param name="sql">The name of a table, or a SELECT.</param>
    /// <returns>The source.</returns>
    public static FeatureSource Sql(string warehouse, string sql)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(warehouse);
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        return new FromWarehouse(warehouse, sql);
    }

    /// <summary>Takes what is pushed. Its history is kept in the feature store when events are pushed there too.</summary>
    /// <returns>The source.</returns>
    public static FeatureSource Pushed() => new FromPushes();

    /// <summary>Rows of a dataset.</summary>
    /// <param name="Dataset">The dataset.</param>
    public sealed record FromDataset(Dataset Dataset) : FeatureSource;

    /// <summary>Rows of several datasets, as which what was pushed is held.</summary>
    /// <param name="Rows">The datasets.</param>
    internal sealed record FromParts(DatasetParts Rows) : FeatureSource;

    /// <summary>Rows of a source of data.</summary>
    /// <param name="Source">The source.</param>
    public sealed record FromData(IDataSource Source) : FeatureSource;

    /// <summary>Rows of a warehouse.</summary>
    /// <param name="Warehouse">The name of the warehouse.</param>
    /// <param name="Text">The name of a table, or a SELECT.</param>
    public sealed record FromWarehouse(string Warehouse, string Text) : FeatureSource;

    /// <summary>Rows that are pushed.</summary>
    public sealed record FromPushes : FeatureSource;
}
