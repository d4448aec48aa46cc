using System.Data.Common;
using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Profiles data in one pass and bounded memory. Thread-safe.</summary>
/// <remarks>
/// The buffers of batches are read where they lie. The profile is the same for any number of threads, and for any size of the batches but for the last digits of moments. A column of a type without statistics, such as a struct, is
/// listed with no rows. Two columns of one name, and a column that changes its type on the way, are a <see cref="DataException"/>.
/// </remarks>
/// <param name="options">What is profiled, and how; null for the defaults.</param>
public sealed class Profiler(ProfilingOptions? options = null)
{
    private readonly ProfilingOptions _options = options ?? ProfilingOptions.Default;

    /// <summary>Profiles batches.</summary>
    /// <param name="batches">Batches of one schema.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="DataException">The data cannot be profiled; the column is named.</exception>
    public async Task<DatasetProfile> ProfileAsync(IAsyncEnumerable<RecordBatch> batches, CancellationToken cancellationToken = default)
    {
        var profiler = new BatchProfiler(_options);
        await ReadAsync(batches, profiler.Add, cancellationToken).ConfigureAwait(false);
        return profiler.Profile;
    }

    /// <summary>Profiles a dataset. The profile has the dataset's fingerprint.</summary>
    /// <param name="store">The store that holds the dataset.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="HoldoutLockedException">The dataset is locked.</exception>
    /// <exception cref="DataException">The data cannot be profiled; the column is named.</exception>
    public async Task<DatasetProfile> ProfileAsync(IDatasetStore store, Dataset dataset, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(dataset);
        var profile = await ProfileAsync(store.ReadAsync(dataset, NeededColumns, cancellationToken), cancellationToken).ConfigureAwait(false);
        profile.Fingerprint = dataset.Fingerprint;
        return profile;
    }

    /// <summary>Profiles a file.</summary>
    /// <param name="engine">The engine that reads it.</param>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="DataException">The file cannot be read or profiled.</exception>
    public Task<DatasetProfile> ProfileAsync(IColumnarEngine engine, DataFile file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(file);
        return ProfileAsync(engine.ReadAsync(file, NeededColumns, cancellationToken), cancellationToken);
    }

    /// <summary>Profiles what a source yields.</summary>
    /// <param name="source">The source.</param>
    /// <param name="services">The services of the host.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="DataException">The source cannot be read or profiled.</exception>
    public Task<DatasetProfile> ProfileAsync(IDataSource source, IServiceProvider services, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(services);
        return ProfileAsync(source.ReadAsync(services, cancellationToken), cancellationToken);
    }

    /// <summary>Profiles objects. Each public property is a column, named as its <see cref="DataColumnAttribute"/> or itself says.</summary>
    /// <typeparam name="T">The type of the objects. Enumerations, GUIDs and whatever else has no kind of its own are profiled as their text.</typeparam>
    /// <param name="rows">The objects.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="DataException">An object is null, or the type has no properties.</exception>
    public async Task<DatasetProfile> ProfileRowsAsync<T>(IAsyncEnumerable<T> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var profiler = new RowProfiler<T>(_options);
        long count = 0;
        await foreach (var row in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            profiler.Add(row);
            if (++count % ValueBuffer.Rows != 0) continue;
            cancellationToken.ThrowIfCancellationRequested();
            _options.Progress?.Report(count);
        }

        profiler.Flush();
        _options.Progress?.Report(count);
        return profiler.Profile;
    }

    /// <summary>Profiles the rows of an ADO.NET reader, from its present place to the end of its result.</summary>
    /// <param name="reader">The reader; the caller disposes it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="DataException">Two columns have one name, or a column cannot be profiled.</exception>
    public Task<DatasetProfile> ProfileAsync(DbDataReader reader, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return ReaderProfiler.ProfileAsync(reader, _options, cancellationToken);
    }

    /// <summary>Profiles batches as a whole and by slice, in one pass.</summary>
    /// <param name="batches">Batches of one schema.</param>
    /// <param name="slicings">How the rows are divided.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The profiles.</returns>
    /// <exception cref="DataException">The data cannot be profiled, or there are more slices than <see cref="ProfilingOptions.MaxSlices"/>.</exception>
    public async Task<SlicedProfile> ProfileSlicesAsync(IAsyncEnumerable<RecordBatch> batches, IReadOnlyList<Slicing> slicings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(slicings);
        var profiler = new SliceProfiler(_options, slicings);
        await ReadAsync(batches, profiler.Add, cancellationToken).ConfigureAwait(false);
        return profiler.Result;
    }

    private string[]? NeededColumns =>
        _options.Columns is null ? null : [.. _options.Columns.Concat(_options.Correlations.Concat(_options.Contingencies).SelectMany(p => new[] { p.First, p.Second })).Distinct(StringComparer.Ordinal)];

    private async Task ReadAsync(IAsyncEnumerable<RecordBatch> batches, Action<RecordBatch> add, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batches);
        long rows = 0;
        await foreach (var batch in batches.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            add(batch);
            _options.Progress?.Report(rows += batch.Length);
        }
    }
}
