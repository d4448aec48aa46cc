using System.Threading.Channels;
using Apache.Arrow;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

public sealed class FeaturePusherTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static FeaturePusher Pusher(World world, int rows = 1000, IMaterializer? materializer = null) =>
        new(world.Definitions, materializer ?? world.Materializer, world.Time, Options.Create(new PushOptions { BatchRows = rows }));

    private static Trip Of(long driver, double rate) => new(driver, World.Noon.AddHours(-1), null, rate, (int)driver);

    [Fact]
    public async Task A_stream_of_records_is_pushed_to_its_end()
    {
        var world = new World();
        var result = await Pusher(world).PushAsync("drivers", Enumerable.Range(0, 2500).Select(i => Of(i, i)).ToAsyncEnumerable(), cancellationToken: Token);
        (result.Read, result.Written).Should().Be((2500, 2500));
        (world.RateOf(0), world.RateOf(2499)).Should().Be((0, 2499));
    }

    [Fact]
    public async Task Batches_have_at_most_the_wanted_rows()
    {
        var world = new World();
        var told = new List<long>();
        await Pusher(world, 10).PushAsync("drivers", Enumerable.Range(0, 25).Select(i => Of(i, i)).ToAsyncEnumerable(), PushTarget.Online, new Teller(told.Add), Token);
        told[^1].Should().Be(25);
        told.Zip(told.Skip(1)).Should().OnlyContain(t => t.Second - t.First <= 10);
    }

    [Fact]
    public async Task A_record_does_not_wait_for_others_longer_than_it_should()
    {
        var world = new World();
        var events = Channel.CreateUnbounded<Trip>();
        var pushed = new TaskCompletionSource();
        var pushing = Pusher(world).PushAsync("drivers", events.Reader.ReadAllAsync(Token), PushTarget.Online, new Teller(_ => pushed.TrySetResult()), Token);
        events.Writer.TryWrite(Of(1, 0.1));
        while (!pushed.Task.IsCompleted)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        world.RateOf(1).Should().Be(0.1);
        events.Writer.Complete();
        (await pushing).Read.Should().Be(1);
    }

    [Fact]
    public async Task A_source_that_is_faster_has_to_wait()
    {
        var world = new World();
        var given = 0;
        var gate = new TaskCompletionSource();
        var pushing = Pusher(world, 10, new Slow(gate.Task)).PushAsync("drivers", Endless(() => given++), cancellationToken: Token);
        await Task.Delay(50, Token);
        given.Should().BeLessThanOrEqualTo(32, "one batch is written, one gathered and one waits");
        gate.SetException(new StoreException("The store is gone."));
        var act = () => pushing;
        await act.Should().ThrowAsync<StoreException>();
    }

    [Fact]
    public async Task What_came_before_the_source_failed_is_pushed()
    {
        var world = new World();
        var act = () => Pusher(world).PushAsync("drivers", Failing(), cancellationToken: Token);
        await act.Should().ThrowAsync<InvalidOperationException>().WithMessage("*source*");
        world.RateOf(1).Should().Be(0.1);
    }

    [Fact]
    public async Task A_stream_can_be_stopped()
    {
        using var stop = new CancellationTokenSource();
        var act = () => Pusher(new World(), 10).PushAsync("drivers", Endless(() => stop.Cancel()), cancellationToken: stop.Token);
        await act.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_stream_without_records_is_no_error()
    {
        (await Pusher(new World()).PushAsync("drivers", AsyncEnumerable.Empty<Trip>(), cancellationToken: Token)).Read.Should().Be(0);
    }

    [Fact]
    public async Task A_property_that_lacks_is_named()
    {
        var act = () => Pusher(new World()).PushAsync("drivers", new[] { new { driver_id = 1L } }.ToAsyncEnumerable(), cancellationToken: Token);
        await act.Should().ThrowAsync<DataException>().WithMessage("*event_timestamp*");
    }

    [Fact]
    public async Task A_property_of_another_type_is_named()
    {
        var rows = new[] { new { driver_id = "1", event_timestamp = World.Noon, created = World.Noon, rate = 1.0, trips = 1 } };
        var act = () => Pusher(new World()).PushAsync("drivers", rows.ToAsyncEnumerable(), cancellationToken: Token);
        await act.Should().ThrowAsync<DataException>().WithMessage("*driver_id*String*Int64*");
    }

    [Fact]
    public async Task A_record_that_is_null_is_named()
    {
        var act = () => Pusher(new World()).PushAsync("drivers", new Trip?[] { null }.ToAsyncEnumerable(), cancellationToken: Token);
        await act.Should().ThrowAsync<DataException>().WithMessage("*Record 1*");
    }

    [Fact]
    public async Task Types_of_dotnet_become_those_of_columns()
    {
        var world = new World(World.Drivers(created: false) with { Features = [new("rate", ColumnType.Float64), new("trips", ColumnType.String)] });
        var rows = new[] { new { Driver_Id = (short)1, event_timestamp = new DateTime(2026, 11, 25, 10, 0, 0, DateTimeKind.Unspecified), rate = 3, trips = DayOfWeek.Monday } };
        await Pusher(world).PushAsync("drivers", rows.ToAsyncEnumerable(), cancellationToken: Token);
        world.ValuesOf(1)!.Select(v => v.ToObject()).Should().Equal(3.0, "Monday");
        world.RowOf(1)!.EventTime.Should().Be(FeatureTime.ToMicros(World.Noon.AddHours(-2)));
    }

    private static async IAsyncEnumerable<Trip> Endless(Action given)
    {
        for (var i = 0; ; i++)
        {
            given();
            await Task.Yield();
            yield return Of(i, i);
        }
    }

    private static async IAsyncEnumerable<Trip> Failing()
    {
        yield return Of(1, 0.1);
        await Task.Yield();
        throw new InvalidOperationException("The source failed.");
    }

    private sealed record Trip(long Driver_Id, DateTimeOffset Event_Timestamp, DateTime? Created, double Rate, int? Trips);

    private sealed class Teller(Action<long> tell) : IProgress<MaterializedView>
    {
        public void Report(MaterializedView value) => tell(value.Read);
    }

    private sealed class Slow(Task gate) : IMaterializer
    {
        public async Task<MaterializedView> PushAsync(string view, RecordBatch rows, PushTarget target = PushTarget.Online, CancellationToken cancellationToken = default)
        {
            await gate;
            return new(view, World.Noon, World.Noon, rows.Length, 0, 0, 0);
        }

        public Task<IReadOnlyList<MaterializedView>> MaterializeAsync(IReadOnlyList<string>? views, DateTimeOffset from, DateTimeOffset to, IProgress<MaterializedView>? progress = null, CancellationToken cancellationToken = default) =>
            Task.FromResult<IReadOnlyList<MaterializedView>>([]);

        public Task<IReadOnlyList<MaterializedView>> MaterializeIncrementalAsync(IReadOnlyList<string>? views, DateTimeOffset? to = null, IProgress<MaterializedView>? progress = null, CancellationToken cancellationToken = default) =>
            Task.FromResult<IReadOnlyList<MaterializedView>>([]);

        public Task DeleteAsync(string view, IReadOnlyDictionary<string, IReadOnlyList<FeatureValue>> keys, DateTimeOffset at, CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
