namespace MlOps.Core;

/// <summary>Adds inputs to requests that the caller does not know, such as features of entities, before a model sees them. A host may add several; serving asks each. Thread-safe.</summary>
public interface IModelInputEnricher
{
    /// <summary>Says which input columns it knows for a model.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The columns; none when the model is none of its business. It is asked once for each loaded version.</returns>
    IReadOnlyList<string> ColumnsOf(BundleManifest model);

    /// <summary>Says by which columns of a request it finds those that it adds. A request may hold them although the model does not take them: they are logged, and not given to the model.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The columns; none unless an enricher says so. It is asked once for each loaded version, after <see cref="ColumnsOf"/> has named a column.</returns>
    IReadOnlyList<Column> KeysOf(BundleManifest model) => [];

    /// <summary>Adds the columns that a request leaves out.</summary>
    /// <param name="model">The model.</param>
    /// <param name="columns">The columns that are wanted, all of those it knows.</param>
    /// <param name="inputs">The inputs of the request, which may hold anything.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A tensor of width 1 for each wanted column, in their order, with as many rows as the request.</returns>
    /// <exception cref="ModelInputException">The request lacks what the columns are found by.</exception>
    /// <exception cref="StoreException">What knows them does not answer.</exception>
    ValueTask<IReadOnlyList<Tensor>> FindAsync(BundleManifest model, IReadOnlyList<string> columns, IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken);
}
