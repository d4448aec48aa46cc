using System.Threading.Channels;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Gathers records to batches by number and time, and pushes one batch while the next one comes.</summary>
internal sealed class FeaturePusher(FeatureDefinitions definitions, IMaterializer materializer, TimeProvider time, IOptions<PushOptions> options) : IFeaturePusher
{
    private readonly PushOptions _options = options.Value;

    public async Task<MaterializedView> PushAsync<T>(
        string view, IAsyncEnumerable<T> events, PushTarget target = PushTarget.Online, IProgress<MaterializedView>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        var columns = new RecordColumns<T>(definitions.GetView(view));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var channel = Channel.CreateBounded<T>(new BoundedChannelOptions(_options.BatchRows) { SingleReader = true, SingleWriter = true });
        var reading = ReadAsync(events, channel.Writer, stop.Token);
        MaterializedView? total = null;
        try
        {
            var batch = new List<T>(_options.BatchRows);
            while (await GatherAsync(channel.Reader, batch, cancellationToken).ConfigureAwait(false))
            {
                using var rows = columns.ToBatch(batch);
                var pushed = await materializer.PushAsync(view, rows, target, cancellationToken).ConfigureAwait(false);
                total = total is null ? pushed : total.Plus(pushed);
                progress?.Report(total);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return total ?? new(view, time.GetUtcNow(), time.GetUtcNow(), 0, 0, 0, 0);
    }

    // What the source throws comes out of the channel after the records before it.
    private static async Task ReadAsync<T>(IAsyncEnumerable<T> events, ChannelWriter<T> writer, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var row in events.WithCancellation(cancellationToken).ConfigureAwait(false)) await writer.WriteAsync(row, cancellationToken).ConfigureAwait(false);
            writer.Complete();
        }
        catch (Exception e)
        {
            writer.TryComplete(e);
        }
    }

    private async Task<bool> GatherAsync<T>(ChannelReader<T> reader, List<T> batch, CancellationToken cancellationToken)
    {
        batch.Clear();
        if (!await reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false)) return false;
        using var late = new CancellationTokenSource(_options.BatchDelay, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        while (batch.Count < _options.BatchRows)
        {
            if (reader.TryRead(out var row))
            {
                batch.Add(row);
                continue;
            }

            try
            {
                if (!await reader.WaitToReadAsync(either.Token).ConfigureAwait(false)) break;
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception) when (batch.Count > 0 && !cancellationToken.IsCancellationRequested)
            {
                break; // the source failed: what it gave before is pushed first
            }
        }

        return true;
    }
}
