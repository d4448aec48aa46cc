using MlOps.Core;
using static MlOps.FeatureStore.Tests.WindowFixture;

namespace MlOps.FeatureStore.Tests;

public sealed class WindowStoreTests
{
    private static readonly Feature[] Features = [Feature(AggregationKind.Sum, ColumnType.Int64), Feature(AggregationKind.Last, ColumnType.Int64, minutes: null)];

    private readonly CountingStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pushed_events_are_read_online_as_the_engine_has_them_offline()
    {
        var fixture = Of(ColumnType.Int64, Features).Add(1L, 5 * Minute, 3L).Add(2L, 6 * Minute, 5L).Add(1L, 7 * Minute, 4L);
        await Windows(fixture).PushAsync(All(fixture), 8 * Minute, Token);
        (await ReadAsync(fixture, 1, 9 * Minute)).Should().Equal((await fixture.JoinAsync([(1L, 9 * Minute)]))[0]);
    }

    [Fact]
    public async Task The_same_push_again_writes_nothing()
    {
        var fixture = Of(ColumnType.Int64, Features).Add(1L, 5 * Minute, 3L).Add(2L, 6 * Minute, 5L);
        await Windows(fixture).PushAsync(All(fixture), 8 * Minute, Token);
        (await Windows(fixture).PushAsync(All(fixture), 8 * Minute, Token)).Should().Be(new WindowWrites(2, 0, 2, 0, 0, 2));
    }

    [Fact]
    public async Task A_history_and_what_is_pushed_meanwhile_count_once()
    {
        var fixture = Of(ColumnType.Int64, Features).Add(1L, 5 * Minute, 3L).Add(1L, 7 * Minute, 4L);
        await Windows(fixture).PushAsync(All(fixture), 8 * Minute, Token);
        (await Windows(fixture).MaterializeAsync(fixture, (6 * Minute) + 1, 8 * Minute, null, Token)).Written.Should().Be(1);
        (await ReadAsync(fixture, 1, 9 * Minute)).Should().Equal(7L, 4L);
    }

    [Fact]
    public async Task Rows_without_a_key_are_rejected()
    {
        var fixture = Of(ColumnType.Int64, Features).Add(default, 5 * Minute, 3L).Add(1L, 7 * Minute, 4L);
        (await Windows(fixture).PushAsync(All(fixture), 8 * Minute, Token)).Should().Be(new WindowWrites(2, 1, 0, 1, 0, 0));
    }

    [Fact]
    public async Task A_state_that_somebody_else_has_written_meanwhile_is_changed_anew()
    {
        var fixture = Of(ColumnType.Int64, Features).Add(1L, 5 * Minute, 3L);
        var other = Of(ColumnType.Int64, Features).Add(1L, 6 * Minute, 10L);
        _store.BeforeWrite = () =>
        {
            _store.BeforeWrite = null;
            return Windows(other).PushAsync(All(other), 8 * Minute, Token);
        };
        (await Windows(fixture).PushAsync(All(fixture), 8 * Minute, Token)).Written.Should().Be(1);
        (await ReadAsync(fixture, 1, 9 * Minute)).Should().Equal(13L, 10L);
    }

    [Fact]
    public async Task Many_pushes_at_once_all_count()
    {
        var pushes = Enumerable.Range(0, 20).Select(i => Of(ColumnType.Int64, Features).Add(1L, (5 * Minute) + i, 1L)).ToList();
        await Task.WhenAll(pushes.Select(p => Task.Run(() => Windows(p).PushAsync(All(p), 8 * Minute, Token))));
        (await ReadAsync(pushes[0], 1, 9 * Minute)).Should().Equal(20L, 1L);
    }

    [Fact]
    public async Task A_deleted_entity_begins_anew()
    {
        var fixture = Of(ColumnType.Int64, Features).Add(1L, 5 * Minute, 3L).Add(1L, 7 * Minute, 4L);
        await Windows(fixture).PushAsync(All(fixture), 8 * Minute, Token);
        await Windows(fixture).DeleteAsync([KeyOf(1)], 6 * Minute, Token);
        (await RowAsync(1)).IsDeleted.Should().BeTrue();
        await Windows(fixture).MaterializeAsync(fixture, 8 * Minute, 8 * Minute, null, Token);
        (await ReadAsync(fixture, 1, 9 * Minute)).Should().Equal(4L, 4L);
    }

    [Fact]
    public async Task A_history_from_before_the_deletion_leaves_the_entity_deleted()
    {
        var fixture = Of(ColumnType.Int64, Features).Add(1L, 5 * Minute, 3L);
        await Windows(fixture).DeleteAsync([KeyOf(1)], 6 * Minute, Token);
        (await Windows(fixture).MaterializeAsync(fixture, 8 * Minute, 8 * Minute, null, Token)).Written.Should().Be(0);
        (await RowAsync(1)).IsDeleted.Should().BeTrue();
    }

    [Fact]
    public async Task A_change_that_a_batch_does_not_cover_stays_with_its_time()
    {
        var fixture = new WindowFixture([new("value", ColumnType.Int64)], Features, created: true, reversals: true);
        fixture.Add(1L, 5 * Minute, 3L, created: 5 * Minute).Add(1L, 7 * Minute, 4L, created: 9 * Minute);
        await Windows(fixture).PushAsync(All(fixture), 10 * Minute, Token);
        await Windows(fixture).MaterializeAsync(fixture, 8 * Minute, 10 * Minute, null, Token);
        (await ReadAsync(fixture, 1, 11 * Minute)).Should().Equal(7L, 4L);
        (await RowAsync(1)).EventTime.Should().Be(7 * Minute);
    }

    [Fact]
    public async Task Events_of_another_type_than_before_are_refused()
    {
        Feature[] counts = [Feature(AggregationKind.Count, ColumnType.Int64)];
        var integers = Of(ColumnType.Int64, counts).Add(1L, 5 * Minute, 3L);
        var numbers = Of(ColumnType.Float64, counts).Add(1L, 6 * Minute, 3.0);
        await Windows(integers).PushAsync(All(integers), 8 * Minute, Token);
        await numbers.Awaiting(n => Windows(n).PushAsync(All(n), 8 * Minute, Token)).Should().ThrowAsync<DataException>().WithMessage("Column 'value'*Float64*Int64*");
    }

    [Fact]
    public async Task A_row_expires_when_no_window_can_hold_its_last_event()
    {
        var bounded = Of(ColumnType.Int64, Features[0]).Add(1L, 5 * Minute, 3L);
        await Windows(bounded).PushAsync(All(bounded), 8 * Minute, Token);
        (await RowAsync(1)).ExpiresAt.Should().BeInRange(66 * Minute, 68 * Minute);
        var unbounded = Of(ColumnType.Int64, Features).Add(2L, 5 * Minute, 3L);
        await Windows(unbounded).PushAsync(All(unbounded), 8 * Minute, Token);
        (await RowAsync(2)).ExpiresAt.Should().BeNull();
    }

    [Fact]
    public async Task A_state_of_other_features_says_so_when_it_is_read()
    {
        var fixture = Of(ColumnType.Int64, Features).Add(1L, 5 * Minute, 3L);
        await Windows(fixture).PushAsync(All(fixture), 8 * Minute, Token);
        var changed = fixture.View with { Features = [Features[1]] };
        var statuses = new FeatureStatus[1];
        new WindowDecoder(new(changed, ["id"], changed.Features, 0)).Decode(await RowAsync(1), 9 * Minute, new() { Bits = new long[1], Objects = [], Statuses = statuses, Times = new long[1] });
        statuses.Should().Equal(FeatureStatus.OtherSchema);
    }

    [Fact]
    public async Task A_damaged_state_is_reported_as_such()
    {
        var fixture = Of(ColumnType.Int64, Features).Add(1L, 5 * Minute, 3L);
        await Windows(fixture).PushAsync(All(fixture), 8 * Minute, Token);
        var row = await RowAsync(1);
        var decoding = () => new WindowDecoder(new(fixture.View, ["id"], Features, 0)).Decode(row with { Values = row.Values[..^3] }, 9 * Minute, new() { Bits = new long[2], Objects = [], Statuses = new FeatureStatus[2], Times = new long[2] });
        decoding.Should().Throw<DataException>().WithMessage("View 'flights': *damaged*");
    }

    internal static Apache.Arrow.RecordBatch All(WindowFixture fixture) => BatchOf(fixture.Schema, fixture.Events);

    private static byte[] KeyOf(long id) => EntityKey.Write([new("id", ColumnType.Int64)], [id])!;

    private WindowStore Windows(WindowFixture fixture) => new(fixture.View, "flights", _store);

    private async Task<OnlineRow> RowAsync(long id)
    {
        var rows = new OnlineRow?[1];
        await _store.ReadAsync(new OnlineKey[] { new("flights", KeyOf(id)) }, rows, Token);
        return rows[0]!;
    }

    private async Task<FeatureValue[]> ReadAsync(WindowFixture fixture, long id, long now)
    {
        var features = fixture.View.Features;
        var (bits, objects, statuses) = (new long[features.Count], new object?[features.Count], new FeatureStatus[features.Count]);
        new WindowDecoder(new(fixture.View, ["id"], features, 0)).Decode(await RowAsync(id), now, new() { Bits = bits, Objects = objects, Statuses = statuses, Times = new long[features.Count] });
        return [.. features.Select((f, i) => statuses[i] == FeatureStatus.Present ? FeatureValue.FromBits(f.Type, bits[i]) : default)];
    }

    /// <summary>A store in memory into which a test can write between a read and a write.</summary>
    private sealed class CountingStore : IOnlineStore
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<OnlineKey, OnlineRow> _rows = [];

        public Func<Task>? BeforeWrite { get; set; }

        public ValueTask ReadAsync(ReadOnlyMemory<OnlineKey> keys, Memory<OnlineRow?> rows, CancellationToken cancellationToken = default)
        {
            lock (_lock)
            {
                for (var i = 0; i < keys.Length; i++) rows.Span[i] = _rows.GetValueOrDefault(keys.Span[i]);
            }

            return default;
        }

        public async Task<IReadOnlyList<OnlineWriteResult>> WriteAsync(IReadOnlyList<OnlineWrite> writes, CancellationToken cancellationToken = default)
        {
            if (BeforeWrite is { } before) await before();
            lock (_lock)
            {
                return [.. writes.Select(w =>
                {
                    if ((_rows.GetValueOrDefault(w.Key)?.Revision ?? 0) != w.Expected) return OnlineWriteResult.Conflict;
                    _rows[w.Key] = w.Row with { Revision = w.Expected!.Value + 1 };
                    return OnlineWriteResult.Written;
                })];
            }
        }

        public Task DropAsync(string table, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task PingAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
