using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.MetadataStore;

/// <summary>Makes events of what happens in runs and gives them to its sinks, each of which has a queue of its own.</summary>
internal sealed class OpenLineageListener : IRunListener, IAsyncDisposable, IDisposable
{
    private readonly OpenLineageWriter _writer;
    private readonly List<SinkQueue> _queues = [];
    private bool _isDisposed;

    public OpenLineageListener(OpenLineageOptions options, IHttpClientFactory http, TimeProvider time, ILogger logger)
    {
        _writer = new(options);
        if (options.File is { } file) Add(new FileSink(file));
        if (options.Url is { } url) Add(new HttpSink(http, url, options.ApiKey, options.Timeout));
        if (options.Log) Add(new LogSink(logger));

        void Add(IOpenLineageSink sink) => _queues.Add(new(sink, options, time, logger));
    }

    public void OnRunEvent(RunEvent happened)
    {
        var json = _writer.Write(happened);
        foreach (var queue in _queues) queue.Add(json);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true)) return; // it is registered under two types
        await Task.WhenAll(_queues.Select(queue => queue.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
