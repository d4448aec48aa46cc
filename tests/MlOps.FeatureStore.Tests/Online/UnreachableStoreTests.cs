using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests;

public sealed class UnreachableStoreTests
{
    private static readonly FeatureView View = new()
    {
        Name = "delays",
        Entities = [new("airport", [new("airport", ColumnType.String)])],
        Source = FeatureSource.Pushed(),
        EventTime = "time",
        Features = [new("mean", ColumnType.Float64)],
    };

    private static readonly ComputedView Computed = new()
    {
        Name = "computed",
        Inputs = [new("delays", "mean")],
        Features = [new("of_stored", ColumnType.Float64, inputs => inputs["mean"].ToDouble())],
    };

    private static readonly ComputedView Asked = new() { Name = "asked", Request = [new("x", ColumnType.Int64)], Features = [new("of_request", ColumnType.Int64, inputs => inputs["x"].ToInt64() + 1)] };

    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger<OnlineFeatures> _logger = new();
    private readonly Store _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_that_does_not_answer_in_time_is_an_error()
    {
        var reading = ReadAsync(goesOn: false);
        _time.Advance(TimeSpan.FromSeconds(1));
        var act = () => reading;
        (await act.Should().ThrowAsync<StoreException>().WithMessage("*MlOps:OnlineFeatures:Timeout*")).Which.IsTransient.Should().BeTrue();
    }

    [Fact]
    public async Task A_host_that_goes_on_without_is_told_so_in_the_status()
    {
        var reading = ReadAsync(goesOn: true);
        _time.Advance(TimeSpan.FromSeconds(1));
        var read = await reading;
        Enumerable.Range(0, 3).Select(f => read.StatusOf(0, f)).Should().Equal(FeatureStatus.Unavailable, FeatureStatus.Unavailable, FeatureStatus.Present);
        read[0, 2].ToInt64().Should().Be(8, "what the request alone decides needs no store");
        read[0, 0].IsMissing.Should().BeTrue();
    }

    [Fact]
    public async Task A_store_that_fails_is_as_one_that_does_not_answer()
    {
        _store.Error = new StoreException("gone");
        (await ReadAsync(goesOn: true)).StatusOf(0, 0).Should().Be(FeatureStatus.Unavailable);
        var act = () => ReadAsync(goesOn: false);
        await act.Should().ThrowAsync<StoreException>().WithMessage("gone");
    }

    [Fact]
    public async Task A_store_that_is_away_is_logged_once_and_so_is_its_return()
    {
        var features = Make(goesOn: true);
        _store.Error = new StoreException("gone");
        await ReadAsync(features);
        await ReadAsync(features);
        _store.Error = null;
        _store.Answers = true;
        await ReadAsync(features);
        _logger.Collector.GetSnapshot().Select(r => r.Id.Id).Should().Equal(1950, 1951);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_no_timeout()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var reading = ReadAsync(Make(goesOn: true), cancel.Token);
        await cancel.CancelAsync();
        var act = () => reading;
        await act.Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData("Timeout", "00:00:00")]
    [InlineData("Timeout", "01:00:00")]
    [InlineData("Project", "a/b")]
    public async Task Nonsense_is_refused_when_the_host_starts(string option, string value)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(builder.Configuration, [new("MlOps:OnlineFeatures:" + option, value)]);
        builder.Services.AddMlOpsCore();
        builder.Services.AddOnlineFeatures();
        using var host = builder.Build();
        var start = () => host.StartAsync(Cancel);
        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain(option);
    }

    private static async Task<FeatureVectors> ReadAsync(OnlineFeatures features, CancellationToken? cancellationToken = null) => await features.ReadAsync(
        new()
        {
            Features = ["delays:mean", "computed:of_stored", "asked:of_request"],
            Entities = new Dictionary<string, IReadOnlyList<FeatureValue>> { ["airport"] = [(FeatureValue)"JFK"], ["x"] = [(FeatureValue)7L] },
        },
        cancellationToken ?? Cancel);

    private Task<FeatureVectors> ReadAsync(bool goesOn) => ReadAsync(Make(goesOn));

    private OnlineFeatures Make(bool goesOn)
    {
        var options = Options.Create(new OnlineFeaturesOptions { GoesOnWithoutStore = goesOn });
        return new(new(new(View.Entities, [View], [Computed, Asked]), new(options), [new RowDecoders()]), _store, options, _time, new(), _logger);
    }

    // Answers when it is told to, and looks at no token.
    private sealed class Store : IOnlineStore
    {
        public Exception? Error { get; set; }

        public bool Answers { get; set; }

        public ValueTask ReadAsync(ReadOnlyMemory<OnlineKey> keys, Memory<OnlineRow?> rows, CancellationToken cancellationToken = default) =>
            Error is not null ? ValueTask.FromException(Error) : Answers ? default : new(new TaskCompletionSource().Task);

        public Task<IReadOnlyList<OnlineWriteResult>> WriteAsync(IReadOnlyList<OnlineWrite> writes, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task DropAsync(string table, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task PingAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
