using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>The real engine on a disk that can be broken or slow.</summary>
internal sealed class BreakableEngine : IColumnarEngine, IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IColumnarEngine _inner;
    private int _written;

    public BreakableEngine()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore().UseDuckDb();
        _services = services.BuildServiceProvider();
        _inner = _services.GetRequiredService<IColumnarEngine>();
    }

    /// <summary>Whether writing fails.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Held by a test that wants writing to take its time.</summary>
    public SemaphoreSlim? Hold { get; set; }

    /// <summary>Happens when a file is written and has no place yet.</summary>
    public Func<Task>? Then { get; set; }

    public int Written => _written;

    public IAsyncEnumerable<RecordBatch> ReadAsync(DataFile file, IReadOnlyList<string>? columns = null, CancellationToken cancellationToken = default) =>
        _inner.ReadAsync(file, columns, cancellationToken);

    public IAsyncEnumerable<RecordBatch> QueryAsync(
        string sql, IReadOnlyDictionary<string, string> tables, IReadOnlyDictionary<string, object?>? parameters = null, CancellationToken cancellationToken = default) =>
        _inner.QueryAsync(sql, tables, parameters, cancellationToken);

    public async Task<long> WriteParquetAsync(string path, DatasetSchema schema, IAsyncEnumerable<RecordBatch> rows, CancellationToken cancellationToken = default)
    {
        if (Hold is not null) await Hold.WaitAsync(cancellationToken);
        if (IsBroken) throw new DataException($"'{path}' cannot be written: no space left on device.") { DataSource = path };
        var count = await _inner.WriteParquetAsync(path, schema, rows, cancellationToken);
        Interlocked.Increment(ref _written);
        var then = Then;
        Then = null;
        if (then is not null) await then();
        return count;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
