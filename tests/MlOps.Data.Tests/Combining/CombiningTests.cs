using CsCheck;
using MlOps.Core;

namespace MlOps.Data.Tests;

public sealed class CombiningTests
{
    [Fact]
    public async Task The_first_row_of_each_key_stays_in_its_order_across_batches()
    {
        var lab = new Lab(batchSize: 2);
        var data = await lab.KeepAsync(("key", ColumnType.String, ["b", "a", "b", null, "ä", "a", null, "ä"]), ("n", ColumnType.Int64, [1, 2, 3, 4, 5, 6, 7, 8]));
        var kept = await lab.RunAsync(data, d => d.Deduplicate("key"));
        (await lab.ColumnAsync(kept, "n")).Should().Equal(1L, 2L, 4L, 5L);
        kept.Origin.Should().Be(new DatasetOrigin("deduplicate", data.Fingerprint));
        data.RowCount.Should().Be(8, "a stage does not change its input");
    }

    [Fact]
    public async Task Without_a_key_the_whole_row_counts_and_missing_equals_missing()
    {
        var lab = new Lab(batchSize: 2);
        var data = await lab.KeepAsync(
            ("x", ColumnType.Float64, [double.NaN, double.NaN, null, 0.0, -0.0, double.PositiveInfinity]), ("y", ColumnType.String, ["a", "a", "a", null, null, "b"]));
        var kept = await lab.RunAsync(data, d => d.Deduplicate());
        (await lab.ColumnAsync(kept, "x")).Should().Equal(double.NaN, 0.0, double.PositiveInfinity);
    }

    [Fact]
    public async Task Parts_of_a_key_never_run_together()
    {
        var lab = new Lab();
        var data = await lab.KeepAsync(("a", ColumnType.String, ["ab", "a", "", "abc"]), ("b", ColumnType.String, ["c", "bc", "abc", ""]));
        (await lab.RunAsync(data, d => d.Deduplicate("a", "b"))).RowCount.Should().Be(4);
        var joined = await lab.RunAsync<Dataset>([data, data], d => d[0].Join(d[1], ["a", "b"]));
        joined.RowCount.Should().Be(4);
    }

    [Fact]
    public async Task A_dataset_without_rows_can_be_combined()
    {
        var lab = new Lab();
        var none = await lab.KeepAsync(("key", ColumnType.Int64, []), ("x", ColumnType.String, []));
        var some = await lab.KeepAsync(("key", ColumnType.Int64, [1, 2]), ("y", ColumnType.String, ["p", "q"]));
        (await lab.RunAsync(none, d => d.Deduplicate())).RowCount.Should().Be(0);
        (await lab.RunAsync<Dataset>([none, some], d => d[0].Join(d[1], "key", JoinKind.Left))).RowCount.Should().Be(0);
        (await lab.RunAsync<Dataset>([some, none], d => d[0].Join(d[1], "key"))).RowCount.Should().Be(0);
        var left = await lab.RunAsync<Dataset>([some, none], d => d[0].Join(d[1], "key", JoinKind.Left));
        left.Schema.Select(c => c.Name).Should().Equal("key", "y", "x");
        (await lab.ColumnAsync(left, "x")).Should().Equal(new object?[] { null, null });
        (await lab.RunAsync<Dataset>([none, none], d => d[0].Union(d[1]))).RowCount.Should().Be(0);
    }

    [Theory]
    [InlineData(JoinKind.Inner)]
    [InlineData(JoinKind.Left)]
    public async Task A_missing_key_matches_none_not_even_a_missing_one(JoinKind kind)
    {
        var lab = new Lab(batchSize: 1);
        var left = await lab.KeepAsync(("key", ColumnType.Float64, [null, double.NaN, 0.0, 7.5]), ("part", ColumnType.String, ["a", "a", "a", null]), ("n", ColumnType.Int64, [1, 2, 3, 4]));
        var right = await lab.KeepAsync(
            ("key", ColumnType.Float64, [double.NaN, null, null, 7.5, -0.0]), ("part", ColumnType.String, ["a", "a", "a", null, "a"]), ("m", ColumnType.Int64, [10, 20, 30, 40, 50]));
        var joined = await lab.RunAsync<Dataset>([left, right], d => d[0].Join(d[1], ["key", "part"], kind));
        var inner = kind == JoinKind.Inner;
        (await lab.ColumnAsync(joined, "n")).Should().Equal(inner ? [3L] : [1L, 2L, 3L, 4L]);
        (await lab.ColumnAsync(joined, "m")).Should().Equal(inner ? [50L] : [null, null, 50L, null]);
    }

    [Fact]
    public async Task A_right_key_that_stands_twice_is_refused_with_its_row()
    {
        var lab = new Lab(batchSize: 2);
        var left = await lab.KeepAsync(("key", ColumnType.Int64, [1]));
        var right = await lab.KeepAsync(Table.Of(("key", ColumnType.Int64, [1, 2, 1]), ("x", ColumnType.Int64, [1, 2, 3])), "stations");
        var act = () => lab.RunAsync<Dataset>([left, right], d => d[0].Join(d[1], "key"));
        var error = (await act.Should().ThrowAsync<DataException>().WithMessage("*first in row 1*Deduplicate*")).Which;
        (error.Row, error.DataSource).Should().Be((3, "stations"));
    }

    [Fact]
    public async Task Allowed_duplicates_multiply_in_the_order_of_the_left_side_then_the_right()
    {
        var lab = new Lab(batchSize: 2);
        var left = await lab.KeepAsync(("key", ColumnType.String, ["ü", "x", "ü", "z"]), ("n", ColumnType.Int64, [1, 2, 3, 4]));
        var right = await lab.KeepAsync(("key", ColumnType.String, ["x", "ü", "x", "ü", "u\u0308"]), ("m", ColumnType.Int64, [10, 20, 30, 40, 50]));
        var joined = await lab.RunAsync<Dataset>([left, right], d => d[0].Join(d[1], "key", requireUnique: false));
        (await lab.ColumnAsync(joined, "n")).Should().Equal(1L, 1L, 2L, 2L, 3L, 3L);
        (await lab.ColumnAsync(joined, "m")).Should().Equal(20L, 40L, 10L, 30L, 20L, 40L);
    }

    [Fact]
    public Task A_join_is_the_nested_loop_whatever_the_batches() =>
        Gen.Select(Gen.Int[0, 5].Array[0, 40], Gen.Int[0, 5].Array[0, 40], Gen.Int[1, 50], Gen.Bool).SampleAsync(
            async (a, b, batch, isLeft) =>
            {
                var lab = new Lab(batch);
                var left = await lab.KeepAsync(("key", ColumnType.Int64, [.. a.Select(Nullable)]), ("i", ColumnType.Int64, [.. a.Select((_, i) => (object)i)]));
                var right = await lab.KeepAsync(("key", ColumnType.Int64, [.. b.Select(Nullable)]), ("j", ColumnType.Int64, [.. b.Select((_, j) => (object)j)]));
                var joined = await lab.RunAsync<Dataset>([left, right], d => d[0].Join(d[1], "key", isLeft ? JoinKind.Left : JoinKind.Inner, requireUnique: false));
                var expected = new List<(object?, object?)>();
                for (var i = 0; i < a.Length; i++)
                {
                    var matches = a[i] == 0 ? [] : Enumerable.Range(0, b.Length).Where(j => b[j] == a[i]).ToArray();
                    expected.AddRange(matches.Select(j => ((object?)(long)i, (object?)(long)j)));
                    if (matches.Length == 0 && isLeft) expected.Add(((long)i, null));
                }

                (await lab.ColumnAsync(joined, "i")).Zip(await lab.ColumnAsync(joined, "j")).Should().Equal(expected);
            },
            iter: 60);

    [Fact]
    public async Task Every_type_can_be_a_key_and_be_brought_along()
    {
        var lab = new Lab(batchSize: 1);
        (ColumnType, object, object)[] kinds =
        [
            (ColumnType.Boolean, true, false),
            (ColumnType.Int64, long.MaxValue, long.MinValue),
            (ColumnType.Float64, double.NegativeInfinity, 0.1),
            (ColumnType.Decimal, 0.1m, -79228162514.264337593543950335m),
            (ColumnType.String, "日本", ""),
            (ColumnType.Date, new DateOnly(1900, 1, 1), new DateOnly(2026, 2, 28)),
            (ColumnType.Timestamp, new DateTimeOffset(1969, 12, 31, 23, 59, 59, TimeSpan.Zero), DateTimeOffset.UnixEpoch),
            (ColumnType.Binary, new byte[] { 0 }, System.Array.Empty<byte>()),
        ];
        foreach (var (type, one, two) in kinds)
        {
            var left = await lab.KeepAsync(("key", type, [two, one, null]));
            var right = await lab.KeepAsync(("id", type, [one, two]), ("copy", type, [one, two]));
            var joined = await lab.RunAsync<Dataset>([left, right], d => d[0].Join(d[1], [new JoinKey("key", "id")], JoinKind.Left));
            joined.Schema.Select(c => c.Name).Should().Equal("key", "copy");
            (await lab.ColumnAsync(joined, "copy")).Should().BeEquivalentTo(new[] { two, one, null }, o => o.WithStrictOrdering(), type.ToString());
        }
    }

    [Fact]
    public async Task Keys_of_two_types_are_refused_and_not_compared()
    {
        var lab = new Lab();
        var left = await lab.KeepAsync(("key", ColumnType.Int64, [1]));
        var right = await lab.KeepAsync(("key", ColumnType.String, ["1"]));
        var act = () => lab.RunAsync<Dataset>([left, right], d => d[0].Join(d[1], "key"));
        (await act.Should().ThrowAsync<DataException>().WithMessage("*Int64*String*Cast*")).Which.Column.Should().Be("key");
        var absent = () => lab.RunAsync<Dataset>([left, right], d => d[0].Join(d[1], "other"));
        (await absent.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("other");
        var nothing = () => lab.RunAsync(left, d => d.Deduplicate("other"));
        (await nothing.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("other");
        var keyless = () => lab.RunAsync<Dataset>([left, right], d => d[0].Join(d[1], []));
        await keyless.Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task Names_that_both_sides_have_need_a_suffix_that_makes_them_different()
    {
        var lab = new Lab();
        var left = await lab.KeepAsync(("key", ColumnType.Int64, [1]), ("x", ColumnType.Int64, [1]), ("x_l", ColumnType.Int64, [1]));
        var right = await lab.KeepAsync(("key", ColumnType.Int64, [1]), ("x", ColumnType.String, ["r"]));
        foreach (var suffix in new[] { null, "", "_l" })
        {
            var act = () => lab.RunAsync<Dataset>([left, right], d => d[0].Join(d[1], "key", suffix: suffix));
            (await act.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("x");
        }

        var joined = await lab.RunAsync<Dataset>([left, right], d => d[0].Join(d[1], "key", suffix: "_r"));
        joined.Schema.ToString().Should().Be("key Int64, x Int64, x_l Int64, x_r String");
        (await lab.ColumnAsync(joined, "x_r")).Should().Equal("r");
    }

    [Fact]
    public async Task A_union_matches_columns_by_name_and_follows_the_order_of_the_arguments()
    {
        var lab = new Lab(batchSize: 2);
        var a = await lab.KeepAsync(("n", ColumnType.Int64, [1, 1, null]), ("t", ColumnType.String, ["a", "a", "é"]));
        var b = await lab.KeepAsync(("t", ColumnType.String, ["b"]), ("n", ColumnType.Int64, [2]));
        var united = await lab.RunAsync<Dataset>([a, b, a], d => d[1].Union(d[0], d[2]));
        united.Schema.Should().Equal(b.Schema);
        (await lab.ColumnAsync(united, "n")).Should().Equal(2L, 1L, 1L, null, 1L, 1L, null);
        (await lab.ColumnAsync(united, "t")).Should().Equal("b", "a", "a", "é", "a", "a", "é");
    }

    [Fact]
    public async Task A_union_of_different_columns_is_refused_unless_they_may_be_missing()
    {
        var lab = new Lab();
        var a = await lab.KeepAsync(("n", ColumnType.Int64, [1]), ("t", ColumnType.Timestamp, [DateTimeOffset.UnixEpoch]));
        var b = await lab.KeepAsync(("n", ColumnType.Int64, [2]), ("s", ColumnType.Binary, [new byte[] { 1 }]));
        var other = await lab.KeepAsync(("n", ColumnType.Float64, [2]));
        var act = () => lab.RunAsync<Dataset>([a, b], d => d[0].Union(d[1]));
        await act.Should().ThrowAsync<DataException>().WithMessage("*fillMissing*");
        var types = () => lab.RunAsync<Dataset>([a, other], d => d[0].Union([d[1]], fillMissing: true));
        (await types.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("n");
        var united = await lab.RunAsync<Dataset>([a, b], d => d[0].Union([d[1]], fillMissing: true));
        united.Schema.Select(c => c.Name).Should().Equal("n", "t", "s");
        (await lab.ColumnAsync(united, "t")).Should().Equal(DateTimeOffset.UnixEpoch, null);
        (await lab.ColumnAsync(united, "s"))[0].Should().BeNull();
    }

    [Fact]
    public async Task A_locked_holdout_cannot_be_combined()
    {
        var lab = new Lab();
        var data = await lab.KeepAsync(("key", ColumnType.Int64, [1]));
        Func<Task>[] acts =
        [
            () => lab.RunAsync(data.Lock(), d => d.Deduplicate()),
            () => lab.RunAsync<Dataset>([data, data.Lock()], d => d[0].Join(d[1], "key")),
            () => lab.RunAsync<Dataset>([data.Lock(), data], d => d[0].Join(d[1], "key")),
            () => lab.RunAsync<Dataset>([data, data.Lock()], d => d[0].Union(d[1])),
        ];
        foreach (var act in acts) await act.Should().ThrowAsync<HoldoutLockedException>();
    }

    private static object? Nullable(int key) => key == 0 ? null : key;
}
