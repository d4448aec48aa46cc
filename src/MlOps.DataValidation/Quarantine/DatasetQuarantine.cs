using System.Threading.Channels;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>A dataset that was divided into good and bad rows.</summary>
/// <param name="Accepted">The good rows.</param>
/// <param name="Rejected">The bad rows with the columns rejected_row and rejected_because.</param>
/// <param name="Result">What came of each expectation, for all rows.</param>
public sealed record QuarantinedDataset(Dataset Accepted, Dataset Rejected, ValidationResult Result);

/// <summary>Puts rejected rows of datasets aside.</summary>
public static class DatasetQuarantine
{
    private const int Waiting = 2;

    /// <summary>Validates a dataset and writes accepted and rejected rows to two new ones, in one pass; see <see cref="BatchQuarantine"/> for which rows are rejected.</summary>
    /// <param name="suite">What is expected.</param>
    /// <param name="store">The store.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="options">How it is done, or null for the defaults.</param>
    /// <param name="cancellationToken">Stops the work; neither dataset is kept then.</param>
    /// <returns>The two datasets and what came of each expectation.</returns>
    public static async Task<QuarantinedDataset> QuarantineAsync(
        this ExpectationSuite suite, IDatasetStore store, Dataset dataset, ValidationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(dataset);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var accepted = Writer(store, $"{dataset.Name}-accepted", new("accepted", dataset.Fingerprint), stop);
        var rejected = Writer(store, $"{dataset.Name}-rejected", new("rejected", dataset.Fingerprint), stop);
        ValidationResult? result = null;
        try
        {
            // The writers run while the next batch is judged, so they get rows of their own.
            result = await suite.QuarantineAsync(
                store.ReadAsync(dataset, null, stop.Token),
                batch => accepted.Rows.WriteAsync(batch.Clone(ArrowMemory.Managed), stop.Token),
                batch => rejected.Rows.WriteAsync(batch.Clone(ArrowMemory.Managed), stop.Token),
                options,
                stop.Token).ConfigureAwait(false);
            accepted.Rows.Complete();
            rejected.Rows.Complete();
        }
        catch (Exception e)
        {
            accepted.Rows.TryComplete(e);
            rejected.Rows.TryComplete(e);
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(accepted.Done, rejected.Done)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (e is OperationCanceledException && (accepted.Done.Exception ?? rejected.Done.Exception) is { } failure) throw failure.GetBaseException();
            throw;
        }

        await Task.WhenAll(accepted.Done, rejected.Done).ConfigureAwait(false);
        var kept = await accepted.Done.ConfigureAwait(false);
        return new(kept with { FeatureService = dataset.FeatureService }, await rejected.Done.ConfigureAwait(false), result);
    }

    private static (ChannelWriter<RecordBatch> Rows, Task<Dataset> Done) Writer(IDatasetStore store, string name, DatasetOrigin origin, CancellationTokenSource stop)
    {
        var channel = Channel.CreateBounded<RecordBatch>(new BoundedChannelOptions(Waiting) { SingleReader = true, SingleWriter = true });
        return (channel.Writer, WriteAsync());

        async Task<Dataset> WriteAsync()
        {
            try
            {
                return await Task.Run(() => store.WriteAsync(name, origin, channel.Reader.ReadAllAsync(stop.Token), null, stop.Token), stop.Token).ConfigureAwait(false);
            }
            catch
            {
                await stop.CancelAsync().ConfigureAwait(false); // nobody takes rows any more
                throw;
            }
        }
    }
}
