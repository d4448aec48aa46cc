using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class MaterializationWorkerTests : IAsyncDisposable
{
    private readonly WaitedClock _time = new(World.Noon);
    private readonly FakeLogger<MaterializationWorker> _logger = new();
    private readonly Runs _runs = new();
    private MaterializationWorker? _worker;

    [Fact]
    public async Task A_host_brings_what_is_new_when_it_starts_if_told_so()
    {
        await StartAsync(new() { RunAtStart = true });
        await _worker!.ExecuteTask!;
        _runs.Count.Should().Be(1);
    }

    [Fact]
    public async Task A_host_brings_what_is_new_again_and_again()
    {
        await StartAsync(new() { Interval = TimeSpan.FromMinutes(10) });
        for (var run = 1; run <= 3; run++)
        {
            await TickAsync();
            _runs.Count.Should().Be(run);
        }
    }

    [Fact]
    public async Task A_run_that_fails_is_logged_and_the_next_one_is_made()
    {
        _runs.Error = new StoreException("The catalog does not answer.");
        await StartAsync(new() { Interval = TimeSpan.FromMinutes(10) });
        await TickAsync();
        _runs.Error = null;
        await TickAsync();
        _logger.Collector.GetSnapshot().Select(r => r.Id.Id).Should().Equal(1973);
    }

    [Fact]
    public async Task A_host_that_is_not_told_to_brings_nothing()
    {
        await StartAsync(new());
        await _worker!.ExecuteTask!;
        _runs.Count.Should().Be(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _worker!.StopAsync(CancellationToken.None);
        _worker.Dispose();
    }

    private async Task StartAsync(MaterializationOptions options)
    {
        _worker = new(new ServiceCollection().AddSingleton<IMaterializer>(_runs).BuildServiceProvider(), _time, Options.Create(options), _logger);
        await _worker.StartAsync(TestContext.Current.CancellationToken);
        if (options.Interval is not null) await _time.HasTimer.WaitAsync(TestContext.Current.CancellationToken);
    }

    private async Task TickAsync()
    {
        var due = _runs.Next();
        _time.Advance(TimeSpan.FromMinutes(10));
        await due.WaitAsync(TestContext.Current.CancellationToken);
    }

    private sealed class Runs : IMaterializer
    {
        private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count { get; private set; }

        public Exception? Error { get; set; }

        public Task Next() => (_asked = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public Task<IReadOnlyList<MaterializedView>> MaterializeIncrementalAsync(IReadOnlyList<string>? views, DateTimeOffset? to = null, IProgress<MaterializedView>? progress = null, CancellationToken cancellationToken = default)
        {
            views.Should().BeNull("all views that are online are brought");
            Count++;
            var error = Error;
            _asked.TrySetResult();
            return error is null ? Task.FromResult<IReadOnlyList<MaterializedView>>([]) : Task.FromException<IReadOnlyList<MaterializedView>>(error);
        }

        public Task<IReadOnlyList<MaterializedView>> MaterializeAsync(IReadOnlyList<string>? views, DateTimeOffset from, DateTimeOffset to, IProgress<MaterializedView>? progress = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<MaterializedView> PushAsync(string view, RecordBatch rows, PushTarget target = PushTarget.Online, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task DeleteAsync(string view, IReadOnlyDictionary<string, IReadOnlyList<FeatureValue>> keys, DateTimeOffset at, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
