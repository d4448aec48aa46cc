using System.Diagnostics;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Monitoring.Tests.Victim;

/// <summary>Kills the process right after some rows have come into the store.</summary>
public sealed class MortalStore(IPredictionStore inner) : IPredictionStore
{
    private int _left = 3;

    /// <summary>Puts it around the store that is chosen.</summary>
    public static void Put(IServiceCollection services)
    {
        var chosen = services.Last(d => d.ServiceType == typeof(IPredictionStore));
        services.Remove(chosen);
        services.AddSingleton<IPredictionStore>(provider => new MortalStore((IPredictionStore)chosen.ImplementationFactory!(provider)));
    }

    public async Task<int> AppendAsync(PredictionBatch batch, CancellationToken cancellationToken = default)
    {
        var taken = await inner.AppendAsync(batch, cancellationToken);
        if (--_left == 0) Process.GetCurrentProcess().Kill();
        return taken;
    }

    public Task AppendGroundTruthAsync(string model, IReadOnlyList<GroundTruth> values, CancellationToken cancellationToken = default) => inner.AppendGroundTruthAsync(model, values, cancellationToken);

    public Task<IReadOnlyList<DatasetSchema>> GetSchemasAsync(string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) => inner.GetSchemasAsync(model, from, to, cancellationToken);

    public async IAsyncEnumerable<RecordBatch> ReadAsync(string model, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var batch in inner.ReadAsync(model, from, to, columns, cancellationToken)) yield return batch;
    }

    public async IAsyncEnumerable<RecordBatch> ReadGroundTruthAsync(string model, IReadOnlyCollection<DateOnly> days, DateTimeOffset? othersFrom, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var batch in inner.ReadGroundTruthAsync(model, days, othersFrom, cancellationToken)) yield return batch;
    }

    public Task<long> EraseAsync(string subject, DateTimeOffset at, CancellationToken cancellationToken = default) => inner.EraseAsync(subject, at, cancellationToken);

    public Task<int> RemoveAsync(DateOnly before, CancellationToken cancellationToken = default) => inner.RemoveAsync(before, cancellationToken);

    public Task<int> CompactAsync(DateOnly before, Func<string, bool> isSettled, CancellationToken cancellationToken = default) => inner.CompactAsync(before, isSettled, cancellationToken);
}
