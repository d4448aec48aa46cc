using CsCheck;
using MlOps.Core;

namespace MlOps.Data.Tests;

public sealed class SplitTests
{
    private static readonly Func<StageOutput<Dataset>, StageOutput<DataSplit>>[] Kinds =
    [
        d => d.SplitRandom(0.6, 0.2, 0.2),
        d => d.SplitByHash("id", 0.6, 0.2, 0.2),
        d => d.SplitStratified("label", 0.6, 0.2, 0.2),
        d => d.SplitByGroup("group", 0.6, 0.2, 0.2),
        d => d.SplitByTime("day", 0.6, 0.2, 0.2),
    ];

    [Fact]
    public Task Every_split_is_a_partition_that_keeps_the_order() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[60, 200], Gen.Int, Gen.Int[1, 50]).SampleAsync(
            async (kind, rows, seed, batch) =>
            {
                var lab = new Lab(batch);
                var data = await Trips(lab, rows, seed);
                var split = await lab.RunAsync(data, Kinds[kind], seed);
                var parts = await PartsAsync(lab, split, "id");
                parts.Should().AllSatisfy(p => p.Should().BeInAscendingOrder().And.NotBeEmpty());
                parts.SelectMany(p => p).Order().Should().Equal(Enumerable.Range(0, rows).Select(i => (long)i));
                split.Holdout.IsLocked.Should().BeTrue();
                split.Preparation.Should().BeEmpty();
            },
            iter: 60);

    [Fact]
    public Task A_hash_split_never_moves_an_old_row_when_rows_are_added() =>
        Gen.Select(Gen.Int[50, 150], Gen.Int[1, 150]).SampleAsync(
            async (old, added) =>
            {
                var lab = new Lab(17);
                var before = await PartsAsync(lab, await lab.RunAsync(await Trips(lab, old, 1), Kinds[1], seed: 1), "id");
                var after = await PartsAsync(lab, await lab.RunAsync(await Trips(lab, old + added, 1), Kinds[1], seed: 2), "id");
                for (var part = 0; part < 3; part++) after[part].Where(id => id < old).Should().Equal(before[part]);
            },
            iter: 40);

    [Fact]
    public Task A_group_never_straddles() =>
        Gen.Select(Gen.Int[100, 300], Gen.Int).SampleAsync(
            async (rows, seed) =>
            {
                var lab = new Lab(31);
                var parts = await PartsAsync(lab, await lab.RunAsync(await Trips(lab, rows, seed), Kinds[3], seed), "group");
                parts[0].Intersect(parts[1]).Concat(parts[1].Intersect(parts[2])).Concat(parts[0].Intersect(parts[2])).Should().BeEmpty();
            },
            iter: 40);

    [Fact]
    public async Task A_random_split_has_exactly_the_wanted_sizes_and_depends_on_its_seed_alone()
    {
        var lab = new Lab();
        var data = await Trips(lab, 101, 3);
        var split = await lab.RunAsync(data, d => d.SplitRandom(0.7, 0.15, 0.15), seed: 1);
        new[] { split.Training.RowCount, split.Validation.RowCount, split.Holdout.RowCount }.Should().Equal(71, 15, 15);
        (await lab.RunAsync(data, d => d.SplitRandom(0.7, 0.15, 0.15), seed: 1)).Training.Fingerprint.Should().Be(split.Training.Fingerprint);
        (await lab.RunAsync(data, d => d.SplitRandom(0.7, 0.15, 0.15, seed: 1), seed: 99)).Training.Fingerprint.Should().Be(split.Training.Fingerprint);
        (await lab.RunAsync(data, d => d.SplitRandom(0.7, 0.15, 0.15), seed: 2)).Training.Fingerprint.Should().NotBe(split.Training.Fingerprint);
    }

    [Fact]
    public async Task The_size_of_batches_does_not_change_a_split()
    {
        foreach (var kind in Kinds)
        {
            var (small, large) = (new Lab(1), new Lab(1000));
            var first = await small.RunAsync(await Trips(small, 80, 5), kind);
            var second = await large.RunAsync(await Trips(large, 80, 5), kind);
            second.Training.Fingerprint.Should().Be(first.Training.Fingerprint);
            second.Holdout.Fingerprint.Should().Be(first.Holdout.Fingerprint);
        }
    }

    [Fact]
    public async Task A_stratified_split_has_the_exact_share_of_each_class()
    {
        var lab = new Lab(64);
        var labels = Enumerable.Range(0, 1000).Select(i => (object?)(i % 10 == 0 ? "late" : "on time")).ToArray();
        var data = await lab.KeepAsync(("label", ColumnType.String, labels), ("id", ColumnType.Int64, Ids(1000)));
        var split = await lab.RunAsync(data, d => d.SplitStratified("label", 0.7, 0.2, 0.1));
        (await lab.ColumnAsync(split.Training, "label")).Count(l => (string?)l == "late").Should().Be(70);
        (await lab.ColumnAsync(split.Validation, "label")).Count(l => (string?)l == "late").Should().Be(20);
        (await lab.ColumnAsync(split.Holdout, "label")).Count(l => (string?)l == "late").Should().Be(10);
        split.Training.RowCount.Should().Be(700);
    }

    [Fact]
    public async Task A_group_split_comes_near_to_the_wanted_proportions()
    {
        var lab = new Lab(500);
        var groups = Enumerable.Range(0, 2000).Select(i => (object?)$"g{i % 200}").ToArray();
        var data = await lab.KeepAsync(("group", ColumnType.String, groups), ("id", ColumnType.Int64, Ids(2000)));
        var split = await lab.RunAsync(data, d => d.SplitByGroup("group", 0.7, 0.15, 0.15));
        ((double)split.Training.RowCount).Should().BeApproximately(1400, 10);
        ((double)split.Holdout.RowCount).Should().BeApproximately(300, 10);
    }

    [Fact]
    public async Task The_hash_of_a_key_is_the_documented_one()
    {
        // SHA-256 of 01 07 00 00 00 00 00 00 00 starts with these bytes; computed here by another way than the split does.
        var digest = System.Security.Cryptography.SHA256.HashData([1, 7, 0, 0, 0, 0, 0, 0, 0]);
        var place = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(digest) / Math.Pow(2, 64);
        var batch = Table.Of(("id", ColumnType.Int64, [7L]));
        ((double)(ulong)(new RowKeys(batch, ["id"]).Digest(0) >> 64) / Math.Pow(2, 64)).Should().Be(place);
        var lab = new Lab(64);
        var split = await lab.RunAsync(await Trips(lab, 100, 1), d => d.SplitByHash("id", 0.5, 0.25, 0.25));
        var part = place < 0.5 ? split.Training : place < 0.75 ? split.Validation : split.Holdout;
        (await lab.ColumnAsync(part, "id")).Should().Contain(7L);
    }

    [Fact]
    public void Values_of_composite_keys_do_not_run_together()
    {
        var batch = Table.Of(
            ("a", ColumnType.String, ["ab", "a", "", null, "x", null]),
            ("b", ColumnType.String, ["c", "bc", "abc", "abc", null, "x"]));
        var keys = new RowKeys(batch, ["a", "b"]);
        Enumerable.Range(0, 6).Select(row => keys.Digest(row)).Distinct().Should().HaveCount(6);
    }

    [Fact]
    public void Zero_has_one_key_and_so_has_what_is_missing()
    {
        var keys = new RowKeys(Table.Of(("x", ColumnType.Float64, [0.0, -0.0, null, double.NaN, 1.0])), ["x"]);
        keys.Digest(0).Should().Be(keys.Digest(1));
        keys.Digest(2).Should().Be(keys.Digest(3));
        keys.Digest(0).Should().NotBe(keys.Digest(2)).And.NotBe(keys.Digest(4));
    }

    [Fact]
    public async Task A_split_by_time_puts_the_past_before_the_future_and_divides_no_instant()
    {
        var lab = new Lab(7);
        var days = Enumerable.Range(0, 100).Select(i => (object?)new DateOnly(2001, 1, 1).AddDays(i * 37 % 100 / 9)).ToArray();
        var data = await lab.KeepAsync(("day", ColumnType.Date, days), ("id", ColumnType.Int64, Ids(100)));
        var split = await lab.RunAsync(data, d => d.SplitByTime("day", 0.7, 0.15, 0.15));
        var training = (await lab.ColumnAsync(split.Training, "day")).Cast<DateOnly>().ToList();
        var validation = (await lab.ColumnAsync(split.Validation, "day")).Cast<DateOnly>().ToList();
        var holdout = (await lab.ColumnAsync(split.Holdout, "day")).Cast<DateOnly>().ToList();
        training.Max().Should().BeBefore(validation.Min());
        validation.Max().Should().BeBefore(holdout.Min());
        ((double)training.Count).Should().BeApproximately(70, 5);
    }

    [Fact]
    public async Task A_cut_within_a_long_instant_moves_to_where_every_part_has_rows()
    {
        var lab = new Lab(7);
        object?[] years = [.. Enumerable.Repeat<object?>(2001L, 50), .. Enumerable.Repeat<object?>(2002L, 30), .. Enumerable.Repeat<object?>(2003L, 20)];
        var data = await lab.KeepAsync(("year", ColumnType.Int64, years));
        foreach (var (training, validation) in new[] { (0.2, 0.3), (0.1, 0.1), (0.6, 0.2), (0.34, 0.33) })
        {
            var split = await lab.RunAsync(data, d => d.SplitByTime("year", training, validation, 1 - training - validation));
            new[] { split.Training.RowCount, split.Validation.RowCount, split.Holdout.RowCount }.Should().Equal(50, 30, 20);
        }
    }

    [Fact]
    public async Task Boundaries_say_where_the_parts_begin()
    {
        var lab = new Lab(5);
        var months = Enumerable.Range(0, 12).Select(i => (object?)new DateTimeOffset(2001, 1 + (i % 6), 1, 0, 0, 0, TimeSpan.Zero)).ToArray();
        var data = await lab.KeepAsync(("at", ColumnType.Timestamp, months));
        var split = await lab.RunAsync(data, d => d.SplitByTime(
            "at", new DateTimeOffset(2001, 3, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2001, 4, 1, 0, 0, 0, TimeSpan.Zero)));
        new[] { split.Training.RowCount, split.Validation.RowCount, split.Holdout.RowCount }.Should().Equal(4, 2, 6);
        var day = () => lab.RunAsync(data, d => d.SplitByTime("at", "2001-03-01", null));
        (await day.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("at");
    }

    [Fact]
    public async Task One_instant_cannot_be_split_by_time()
    {
        var lab = new Lab();
        var data = await lab.KeepAsync(("year", ColumnType.Int64, [.. Enumerable.Repeat<object?>(2001L, 20)]));
        var split = () => lab.RunAsync(data, d => d.SplitByTime("year", 0.7, 0.15, 0.15));
        (await split.Should().ThrowAsync<DataException>()).WithMessage("*part of 'rides' would be empty*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Too_few_rows_are_an_error_that_says_so(int rows)
    {
        foreach (var kind in Kinds)
        {
            var lab = new Lab();
            var data = await Trips(lab, rows, 1);
            var split = () => lab.RunAsync(data, kind);
            (await split.Should().ThrowAsync<DataException>()).WithMessage("*would be empty*");
        }
    }

    [Theory]
    [InlineData(0.7, 0.2, 0.2)]
    [InlineData(0.7, 0.3, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(-0.1, 0.6, 0.5)]
    [InlineData(double.NaN, 0.5, 0.5)]
    public void Fractions_that_are_none_are_refused_when_the_pipeline_is_built(double training, double validation, double holdout)
    {
        var data = new PipelineBuilder().Start(new Nobody());
        ((Func<object>)(() => data.SplitRandom(training, validation, holdout))).Should().Throw<ArgumentException>();
        ((Func<object>)(() => data.SplitByTime("day", training, validation, holdout))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task A_split_without_a_holdout_must_be_asked_for()
    {
        foreach (var kind in new Func<StageOutput<Dataset>, StageOutput<DataSplit>>[]
        {
            d => d.SplitRandom(0.8, 0.2, 0, allowNoHoldout: true),
            d => d.SplitByHash("id", 0.8, 0.2, 0, allowNoHoldout: true),
            d => d.SplitStratified("label", 0.8, 0.2, 0, allowNoHoldout: true),
            d => d.SplitByGroup("group", 0.8, 0.2, 0, allowNoHoldout: true),
            d => d.SplitByTime("day", 0.8, 0.2, 0, allowNoHoldout: true),
        })
        {
            var lab = new Lab();
            var split = await lab.RunAsync(await Trips(lab, 60, 1), kind);
            split.Holdout.RowCount.Should().Be(0);
            split.Holdout.IsLocked.Should().BeTrue();
            (split.Training.RowCount + split.Validation.RowCount).Should().Be(60);
        }
    }

    [Fact]
    public async Task A_row_without_key_class_group_or_time_is_named()
    {
        var lab = new Lab(2);
        var data = await lab.KeepAsync(("k", ColumnType.Int64, [1L, 2L, 3L, null, 5L]));
        foreach (var kind in new Func<StageOutput<Dataset>, StageOutput<DataSplit>>[]
        {
            d => d.SplitByHash("k", 0.6, 0.2, 0.2),
            d => d.SplitStratified("k", 0.6, 0.2, 0.2),
            d => d.SplitByGroup("k", 0.6, 0.2, 0.2),
            d => d.SplitByTime("k", 0.6, 0.2, 0.2),
        })
        {
            var split = () => lab.RunAsync(data, kind);
            var error = (await split.Should().ThrowAsync<DataException>()).Which;
            (error.Row, error.Column, error.DataSource).Should().Be((4, "k", "rides"));
        }
    }

    [Fact]
    public async Task A_column_that_is_not_there_is_named()
    {
        var lab = new Lab();
        var data = await Trips(lab, 20, 1);
        var split = () => lab.RunAsync(data, d => d.SplitByHash("nowhere", 0.6, 0.2, 0.2));
        (await split.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("nowhere");
        var text = () => lab.RunAsync(data, d => d.SplitByTime("label", 0.6, 0.2, 0.2));
        (await text.Should().ThrowAsync<DataException>()).WithMessage("*wants days, moments or integers*");
    }

    [Fact]
    public async Task A_locked_holdout_cannot_be_split_again()
    {
        var lab = new Lab();
        var split = await lab.RunAsync(await Trips(lab, 60, 1), Kinds[0]);
        var again = () => lab.RunAsync(split.Holdout, Kinds[0]);
        await again.Should().ThrowAsync<HoldoutLockedException>();
    }

    [Fact]
    public async Task A_cancelled_split_stops()
    {
        var lab = new Lab();
        var data = await Trips(lab, 60, 1);
        var stage = new HashSplit(["id"], new(0.6, 0.2, 0.2, false));
        var context = new StageContext { Services = lab.Services, Pipeline = "p", Stage = "s", RunId = "r", Seed = 1 };
        var run = () => stage.RunAsync(data, context, new CancellationToken(canceled: true));
        await run.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_split_that_would_break_its_own_rule_is_an_error()
    {
        var lab = new Lab();
        var data = await Trips(lab, 30, 1);
        var context = new StageContext { Services = lab.Services, Pipeline = "p", Stage = "s", RunId = "r", Seed = 1 };
        var forgetful = () => new Forgetful().RunAsync(data, context, Lab.Token);
        await forgetful.Should().ThrowAsync<DataException>().WithMessage("*a row is in no part*");
        var wrong = () => new Contradicting().RunAsync(data, context, Lab.Token);
        await wrong.Should().ThrowAsync<DataException>().WithMessage("*holds a row of another*");
    }

    [Fact]
    public void The_generator_is_the_published_one()
    {
        // The first numbers of the reference implementation, splitmix64.c of Sebastiano Vigna, for the seed 1234567.
        var random = new SeededRandom(1234567);
        new[] { random.Next(), random.Next(), random.Next() }.Should().Equal(6457827717110365317, 3203168211198807973, 9817491932198370423);
    }

    private static object?[] Ids(int rows) => [.. Enumerable.Range(0, rows).Select(i => (object?)(long)i)];

    [Fact]
    public async Task Rows_of_a_feature_service_stay_so_when_they_are_shaped_and_divided()
    {
        var lab = new Lab();
        var service = new FeatureServiceReference("flight", 1, "digest");
        var data = await Trips(lab, 60, 1) with { FeatureService = service };
        var split = await lab.RunAsync(data, d => d.Clean(new DropColumns("label")).Deduplicate("id").SplitByHash("id", 0.6, 0.2, 0.2));
        new[] { split.Training, split.Validation, split.Holdout }.Select(p => p.FeatureService).Should().AllBeEquivalentTo(service);
        (await lab.RunAsync<Dataset>([data, data], d => d[0].Join(d[1].Clean(new KeepColumns("id")), ["id"]))).FeatureService.Should().Be(service);
        (await lab.RunAsync<Dataset>([data, data with { FeatureService = null }], d => d[0].Union(d[1]))).FeatureService.Should().BeNull();
    }

    private static Task<Dataset> Trips(Lab lab, int rows, int seed)
    {
        var random = new Random(seed);
        return lab.KeepAsync(
            ("id", ColumnType.Int64, Ids(rows)),
            ("label", ColumnType.Boolean, [.. Enumerable.Range(0, rows).Select(_ => (object?)(random.Next(3) == 0))]),
            ("group", ColumnType.Int64, [.. Enumerable.Range(0, rows).Select(i => (object?)(long)(i % 25))]),
            ("day", ColumnType.Date, [.. Enumerable.Range(0, rows).Select(_ => (object?)new DateOnly(2001, 1, 1).AddDays(random.Next(40)))]));
    }

    private static async Task<long[][]> PartsAsync(Lab lab, DataSplit split, string column) =>
    [
        [.. (await lab.ColumnAsync(split.Training, column)).Cast<long>()],
        [.. (await lab.ColumnAsync(split.Validation, column)).Cast<long>()],
        [.. (await lab.ColumnAsync(split.Holdout, column)).Cast<long>()],
    ];

    private sealed record Nobody : IPipelineStage<Nothing, Dataset>
    {
        public Task<Dataset> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => throw new InvalidOperationException();
    }

    private sealed record Forgetful : SplitStage
    {
        protected override Task<SplitCheck?> AssignAsync(SplitSource source, byte[] parts, CancellationToken cancellationToken) => Task.FromResult<SplitCheck?>(null);
    }

    private sealed record Contradicting : SplitStage
    {
        protected override Task<SplitCheck?> AssignAsync(SplitSource source, byte[] parts, CancellationToken cancellationToken)
        {
            for (var i = 0; i < parts.Length; i++) parts[i] = (byte)(i % 3);
            return Task.FromResult<SplitCheck?>(new(["id"], _ => _ => 0));
        }
    }
}
