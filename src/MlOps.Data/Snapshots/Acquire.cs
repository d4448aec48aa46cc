using System.Diagnostics;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Makes a snapshot of a source. A source that says that it has not changed is not read again.</summary>
/// <param name="Source">The source.</param>
/// <param name="Name">What the data is called, for people.</param>
public sealed record Acquire(IDataSource Source, string Name) : IPipelineStage<Nothing, Dataset>, ICacheKeySource
{
    /// <summary>Gets the most bytes that the snapshot may take.</summary>
    /// <value>The default is null: no limit.</value>
    public long? MaxBytes { get; init; }

    /// <summary>Gets the columns that the source must have, with their types, in any order.</summary>
    /// <value>The default is null: whatever it has.</value>
    public DatasetSchema? Expect { get; init; }

    /// <inheritdoc/>
    public ValueTask<string?> GetCacheKeyAsync(IServiceProvider services, CancellationToken cancellationToken) => Source.GetVersionAsync(services, cancellationToken);

    /// <inheritdoc/>
    public async Task<Dataset> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var activity = Instruments.Start(Source);
        try
        {
            var dataset = await AcquireAsync(context, cancellationToken).ConfigureAwait(false);
            Instruments.Acquired(activity, dataset);
            return dataset;
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
            throw;
        }
    }

    private async Task<Dataset> AcquireAsync(StageContext context, CancellationToken cancellationToken)
    {
        if (MaxBytes is { } most && await Source.EstimateBytesAsync(context.Services, cancellationToken).ConfigureAwait(false) is { } estimate && estimate > most)
            throw new DataTooLargeException($"'{Name}' is estimated at {estimate} bytes and may take {most}. Nothing was written. Raise the limit, or take fewer rows or columns.") { DataSource = Source.Origin.Location };
        var datasets = context.Services.GetRequiredService<IDatasetStore>();
        return await datasets.WriteAsync(Name, Source.Origin, ReadAsync(context, cancellationToken), MaxBytes, cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<RecordBatch> ReadAsync(StageContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long rows = 0;
        await foreach (var batch in Source.ReadAsync(context.Services, cancellationToken).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (rows == 0 && Expect is not null) CheckColumns(TypeWidening.Widen(batch.Schema), Expect);
            yield return batch;
            rows += batch.Length;
            context.Report($"{rows} rows");
        }
    }

    private void CheckColumns(DatasetSchema found, DatasetSchema expected)
    {
        string[] differences =
        [
            .. expected.Where(c => !found.Contains(c.Name)).Select(c => $"'{c.Name}' is missing"),
            .. found.Where(c => !expected.Contains(c.Name)).Select(c => $"'{c.Name}' is new"),
            .. expected.Where(c => found.Contains(c.Name) && found[c.Name].Type != c.Type).Select(c => $"'{c.Name}' is {found[c.Name].Type} instead of {c.Type}"),
        ];
        if (differences.Length == 0) return;
        throw new DataException($"The columns of {Source.Origin.Location} are not the expected ones: {string.Join(", ", differences)}. Nothing was written. Repair the source, or change what is expected.")
        {
            DataSource = Source.Origin.Location,
            Column = expected.FirstOrDefault(c => !found.Contains(c.Name) || found[c.Name].Type != c.Type)?.Name ?? found.First(c => !expected.Contains(c.Name)).Name,
        };
    }
}
