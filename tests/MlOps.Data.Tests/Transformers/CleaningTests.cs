using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data.Tests;

public sealed class CleaningTests
{
    private static readonly (string, ColumnType, object?[])[] Everything =
    [
        ("flag", ColumnType.Boolean, [true, null, false]),
        ("count", ColumnType.Int64, [1L, null, 3L]),
        ("share", ColumnType.Float64, [0.5, null, double.NaN]),
        ("price", ColumnType.Decimal, [1.25m, null, -3m]),
        ("name", ColumnType.String, ["a", null, ""]),
        ("day", ColumnType.Date, [new DateOnly(2001, 1, 31), null, new DateOnly(1969, 12, 31)]),
        ("at", ColumnType.Timestamp, [At(2001, 1, 31, 12), null, At(1969, 12, 31, 23)]),
        ("raw", ColumnType.Binary, [new byte[] { 1, 2 }, null, System.Array.Empty<byte>()]),
    ];

    [Fact]
    public void Columns_are_dropped_kept_and_renamed()
    {
        var batch = Table.Of(("a", ColumnType.Int64, [1L]), ("b", ColumnType.Int64, [2L]), ("c", ColumnType.Int64, [3L]));
        Table.Names(Apply(new DropColumns("b"), batch)).Should().Equal("a", "c");
        Table.Names(Apply(new KeepColumns("c", "a"), batch)).Should().Equal("c", "a");
        var swapped = Apply(new RenameColumns(new Dictionary<string, string> { ["a"] = "b", ["b"] = "a" }), batch);
        Table.Names(swapped).Should().Equal("b", "a", "c");
        Table.Column(swapped, "b").Should().Equal(1L);
        ReferenceEquals(swapped.Column(2), batch.Column(2)).Should().BeTrue("columns that do not change are shared");
    }

    [Fact]
    public void A_missing_column_and_a_name_that_is_taken_are_named()
    {
        var schema = DatasetSchema.FromArrow(Table.Of(("a", ColumnType.Int64, []), ("b", ColumnType.Int64, [])).Schema);
        foreach (var step in new IDataTransformer[]
        {
            new DropColumns("x"), new KeepColumns("x"), new RenameColumns("x", "y"), new CastColumn("x", ColumnType.String), new FilterRows("x", RowCondition.Missing),
            new ReplaceValues("x"), new Clip("x", 1, 2), new FillMissing("x", 1), new FillPrevious("x"),
        })
        {
            step.Invoking(s => s.GetOutputSchema(schema)).Should().Throw<DataException>().Which.Column.Should().Be("x");
            step.Invoking(s => s.Apply(Table.Of(("a", ColumnType.Int64, [1L])))).Should().Throw<DataException>().Which.Column.Should().Be("x");
        }

        new RenameColumns("a", "b").Invoking(s => s.GetOutputSchema(schema)).Should().Throw<DataException>().Which.Column.Should().Be("b");
    }

    [Fact]
    public void Every_type_becomes_text_and_comes_back()
    {
        var batch = Table.Of(Everything);
        foreach (var (name, type, values) in Everything)
        {
            var text = Apply(new CastColumn(name, ColumnType.String), name == "raw" ? Table.Of((name, type, ["ab"u8.ToArray(), null, System.Array.Empty<byte>()])) : batch);
            var back = Apply(new CastColumn(name, type), text);
            var expected = name == "raw" ? ["ab"u8.ToArray(), null, System.Array.Empty<byte>()] : values.Select(v => v is double.NaN ? null : v).ToArray();
            Table.Column(back, name).Should().BeEquivalentTo(expected, o => o.WithStrictOrdering(), name);
        }
    }

    [Fact]
    public void Text_is_what_a_person_would_write()
    {
        string Text(string column) => (string)Table.Column(Apply(new CastColumn(column, ColumnType.String), Table.Of(Everything)), column)[0]!;
        Text("flag").Should().Be("true");
        Text("share").Should().Be("0.5");
        Text("price").Should().Be("1.25");
        Text("day").Should().Be("2001-01-31");
        Text("at").Should().Be("2001-01-31T12:00:00Z");
    }

    [Theory]
    [InlineData(ColumnType.Int64, "12", 12L)]
    [InlineData(ColumnType.Int64, "-9223372036854775808", long.MinValue)]
    [InlineData(ColumnType.Float64, "1.5e3", 1500d)]
    [InlineData(ColumnType.Boolean, "TRUE", true)]
    [InlineData(ColumnType.Boolean, "0", false)]
    [InlineData(ColumnType.Int64, "9223372036854775808", null)]
    [InlineData(ColumnType.Int64, "1.0", null)]
    [InlineData(ColumnType.Int64, " 1", null)]
    [InlineData(ColumnType.Int64, "1,000", null)]
    [InlineData(ColumnType.Int64, "", null)]
    [InlineData(ColumnType.Float64, "1,5", null)]
    [InlineData(ColumnType.Float64, "abc", null)]
    [InlineData(ColumnType.Boolean, "yes", null)]
    [InlineData(ColumnType.Decimal, "1.2345678901234567891", null)]
    [InlineData(ColumnType.Decimal, "123456789012345678901", null)]
    [InlineData(ColumnType.Decimal, "--1", null)]
    [InlineData(ColumnType.Decimal, ".", null)]
    [InlineData(ColumnType.Date, "2001-02-30", null)]
    [InlineData(ColumnType.Date, "31/01/2001", null)]
    [InlineData(ColumnType.Timestamp, "01/02/2001 12:00", null)]
    [InlineData(ColumnType.Timestamp, "x", null)]
    public void Text_is_read_strictly(ColumnType type, string text, object? value)
    {
        var batch = Table.Of(("x", ColumnType.String, [text]));
        Table.Column(Apply(new CastColumn("x", type, InvalidAsMissing: true), batch), "x").Should().Equal(value);
        if (value is not null) return;
        var error = new CastColumn("x", type).Invoking(s => s.Apply(batch)).Should().Throw<DataException>().Which;
        (error.Row, error.Column).Should().Be((1, "x"));
        error.Message.Should().Contain(type.ToString());
        if (text.Length > 2) error.Message.Should().NotContain(text);
    }

    [Fact]
    public void Times_are_utc_to_the_microsecond()
    {
        var batch = Table.Of(("x", ColumnType.String, ["2001-01-31T12:00:00.123456+02:00", "2001-01-31 12:00:00", "2001-01-31"]));
        var cast = Apply(new CastColumn("x", ColumnType.Timestamp), batch);
        Table.Column(cast, "x").Should().Equal(At(2001, 1, 31, 10).AddTicks(1234560), At(2001, 1, 31, 12), At(2001, 1, 31, 0));
        Table.Column(Apply(new CastColumn("at", ColumnType.Date), Table.Of(Everything)), "at")
            .Should().Equal(new DateOnly(2001, 1, 31), null, new DateOnly(1969, 12, 31));
    }

    [Fact]
    public void Numbers_become_others_only_when_nothing_is_lost()
    {
        var batch = Table.Of(("x", ColumnType.Float64, [3.0, -0.0, double.NaN, null]));
        Table.Column(Apply(new CastColumn("x", ColumnType.Int64), batch), "x").Should().Equal(3L, 0L, null, null);
        Table.Column(Apply(new CastColumn("x", ColumnType.Decimal), batch), "x").Should().Equal(3m, 0m, null, null);
        foreach (var lossy in new[] { 3.5, double.PositiveInfinity, 1e300, 9223372036854775808d })
        {
            var one = Table.Of(("x", ColumnType.Float64, [1.0, lossy]));
            new CastColumn("x", ColumnType.Int64).Invoking(s => s.Apply(one)).Should().Throw<DataException>().Which.Row.Should().Be(2);
            Table.Column(Apply(new CastColumn("x", ColumnType.Int64, InvalidAsMissing: true), one), "x").Should().Equal(1L, null);
        }

        Table.Column(Apply(new CastColumn("price", ColumnType.Float64), Table.Of(Everything)), "price").Should().Equal(1.25, null, -3.0);
        Table.Column(Apply(new CastColumn("flag", ColumnType.Int64), Table.Of(Everything)), "flag").Should().Equal(1L, null, 0L);
        Table.Column(Apply(new CastColumn("count", ColumnType.Boolean, true), Table.Of(Everything)), "count").Should().Equal(true, null, null);
    }

    [Theory]
    [InlineData("day", ColumnType.Int64)]
    [InlineData("raw", ColumnType.Float64)]
    [InlineData("count", ColumnType.Binary)]
    [InlineData("flag", ColumnType.Date)]
    public void Pairs_without_a_meaning_are_refused(string column, ColumnType type) =>
        new CastColumn(column, type).Invoking(s => s.GetOutputSchema(DatasetSchema.FromArrow(Table.Of(Everything).Schema))).Should().Throw<DataException>().Which.Column.Should().Be(column);

    [Theory]
    [InlineData(RowCondition.Equal, "2", 2L)]
    [InlineData(RowCondition.NotEqual, "1,3", 2L)]
    [InlineData(RowCondition.Less, "1", 2L)]
    [InlineData(RowCondition.AtMost, "1,2", 2L)]
    [InlineData(RowCondition.Greater, "3", 2L)]
    [InlineData(RowCondition.AtLeast, "2,3", 2L)]
    [InlineData(RowCondition.In, "1,3", 1L, 3L)]
    [InlineData(RowCondition.NotIn, "2", 1L, 3L)]
    [InlineData(RowCondition.Missing, "null")]
    [InlineData(RowCondition.NotMissing, "1,2,3")]
    public void Rows_are_filtered_by_a_condition(RowCondition condition, string kept, params object[] operands)
    {
        foreach (var type in new[] { ColumnType.Int64, ColumnType.Float64, ColumnType.Decimal, ColumnType.String, ColumnType.Date, ColumnType.Binary })
        {
            object? Make(long n) => type switch
            {
                ColumnType.String => $"v{n}",
                ColumnType.Date => new DateOnly(2001, 1, (int)n),
                ColumnType.Binary => new[] { (byte)n },
                _ => n,
            };
            DataValue Operand(object n) => Make((long)n) switch
            {
                string s => s,
                DateOnly d => d,
                byte[] b => b,
                var v => (long)v!,
            };
            var batch = Table.Of(("x", type, [Make(1), null, Make(2), Make(3)]), ("row", ColumnType.String, ["1", "null", "2", "3"]));
            var step = new FilterRows("x", condition, [.. operands.Select(Operand)]);
            string.Join(",", Table.Column(Apply(step, batch), "row")).Should().Be(kept, type.ToString());
            step.KeepsRows.Should().BeFalse();
        }
    }

    [Fact]
    public void A_filter_keeps_every_type_of_column_as_it_is()
    {
        var kept = Apply(new FilterRows("count", RowCondition.Equal, 3), Table.Of(Everything));
        kept.Length.Should().Be(1);
        foreach (var (name, _, values) in Everything) Table.Column(kept, name)[0].Should().BeEquivalentTo(values[2], name);
    }

    [Fact]
    public void A_filter_that_compares_with_something_else_is_refused()
    {
        var schema = DatasetSchema.FromArrow(Table.Of(Everything).Schema);
        foreach (var step in new[]
        {
            new FilterRows("count", RowCondition.Equal, "text"), new FilterRows("count", RowCondition.Equal, 1.5), new FilterRows("count", RowCondition.Equal),
            new FilterRows("count", RowCondition.Missing, 1), new FilterRows("count", RowCondition.In), new FilterRows("day", RowCondition.Less, "2001-01-01"),
        })
        {
            step.Invoking(s => s.GetOutputSchema(schema)).Should().Throw<DataException>();
        }

        new FilterRows("price", RowCondition.Less, 1).GetOutputSchema(schema).Should().Equal(schema);
    }

    [Fact]
    public void Values_are_replaced_once_also_by_nothing()
    {
        var texts = Apply(new ReplaceValues("x", new("AA", "BB"), new("BB", "CC"), new("n/a", null)), Table.Of(("x", ColumnType.String, ["AA", "BB", "n/a", null, "DD"])));
        Table.Column(texts, "x").Should().Equal("BB", "CC", null, null, "DD");
        var numbers = Apply(new ReplaceValues("x", new(-999, null), new(1, 2.5)), Table.Of(("x", ColumnType.Float64, [-999.0, 1.0, double.NaN, 3.0])));
        Table.Column(numbers, "x").Should().Equal(null, 2.5, null, 3.0);
        var flags = Apply(new ReplaceValues("flag", new Replacement(true, false)), Table.Of(Everything));
        Table.Column(flags, "flag").Should().Equal(false, null, false);
        new ReplaceValues("x", new Replacement("a", 1)).Invoking(s => s.Apply(texts)).Should().Throw<DataException>().Which.Column.Should().Be("x");
    }

    [Fact]
    public void Values_are_clipped_to_bounds()
    {
        var batch = Table.Of(("x", ColumnType.Float64, [1.0, 5.0, double.NaN, null, double.NegativeInfinity, double.PositiveInfinity]));
        Table.Column(Apply(new Clip("x", 2, 4.5), batch), "x").Should().Equal(2.0, 4.5, double.NaN, null, 2.0, 4.5);
        Table.Column(Apply(new Clip("x", null, 4.5), batch), "x").Should().Equal(1.0, 4.5, double.NaN, null, double.NegativeInfinity, 4.5);
        Table.Column(Apply(new Clip("price", -1, null), Table.Of(Everything)), "price").Should().Equal(1.25m, null, -1m);
        Table.Column(Apply(new Clip("day", new DateOnly(1970, 1, 1), null), Table.Of(Everything)), "day").Should().Equal(new DateOnly(2001, 1, 31), null, new DateOnly(1970, 1, 1));
        new Clip("name", 1, 2).Invoking(s => s.Apply(Table.Of(Everything))).Should().Throw<DataException>().Which.Column.Should().Be("name");
    }

    [Fact]
    public async Task Cleaning_makes_a_new_dataset_in_the_order_of_the_old()
    {
        var lab = new Lab(2);
        var data = await lab.KeepAsync(("id", ColumnType.Int64, [3L, 1L, null, 2L, 3L]), ("x", ColumnType.String, ["1", "2", "3", "4", "5"]));
        var clean = await lab.RunAsync(data, d => d.Clean(new FilterRows("id", RowCondition.NotMissing), new CastColumn("x", ColumnType.Int64), new RenameColumns("x", "y")));
        (await lab.ColumnAsync(clean, "y")).Should().Equal(1L, 2L, 4L, 5L);
        clean.Origin.Should().Be(new DatasetOrigin("clean", data.Fingerprint));
        (await lab.ColumnAsync(data, "x")).Should().HaveCount(5, "the input stays as it was");
    }

    [Fact]
    public async Task The_row_of_an_error_is_counted_over_the_whole_dataset()
    {
        var lab = new Lab(2);
        var data = await lab.KeepAsync(("x", ColumnType.String, ["1", "2", "3", "secret", "5"]));
        var clean = () => lab.RunAsync(data, d => d.Clean(new CastColumn("x", ColumnType.Int64)));
        var error = (await clean.Should().ThrowAsync<DataException>()).Which;
        (error.Row, error.Column, error.DataSource).Should().Be((4, "x", "rides"));
        error.Message.Should().Contain("rides, row 4").And.NotContain("secret");
    }

    [Fact]
    public async Task A_step_that_cannot_work_is_found_before_a_row_is_read()
    {
        var lab = new Lab();
        var data = await lab.KeepAsync(("x", ColumnType.String, []));
        var clean = () => lab.RunAsync(data, d => d.Clean(new DropColumns("y")));
        (await clean.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("y");
    }

    [Fact]
    public void Slices_without_rows_and_with_one_go_through_every_step()
    {
        var batch = Table.Of(Everything);
        IDataTransformer[] steps =
        [
            new DropColumns("raw"), new KeepColumns("flag", "count", "share", "price", "name", "day", "at"), new RenameColumns("at", "moment"),
            new CastColumn("flag", ColumnType.Int64), new ReplaceValues("name", new Replacement("a", "b")), new Clip("share", 0, 1), new FillMissing("day", new DateOnly(2000, 1, 1)),
            new FilterRows("count", RowCondition.AtLeast, 1), new FillPrevious("moment"),
        ];
        for (var start = 0; start <= 3; start++)
        {
            for (var length = 0; start + length <= 3; length++)
            {
                var slice = new RecordBatch(batch.Schema, batch.Arrays.Select(a => ArrowArrayFactory.Slice(a, start, length)), length);
                var expected = Enumerable.Range(start, length).Where(i => i != 1).Select(i => i == 0 ? 1L : 0L).Cast<object?>();
                Table.Column(new Preparation(steps).Apply(slice), "flag").Should().Equal(expected);
            }
        }
    }

    [Fact]
    public void Long_columns_are_taken_bit_by_bit_right()
    {
        var random = new Random(4);
        var values = Enumerable.Range(0, 1000).Select(_ => random.Next(3) switch { 0 => (object?)null, 1 => true, _ => false }).ToArray();
        var whole = Table.ArrayOf(ColumnType.Boolean, values);
        foreach (var (start, length) in new[] { (0, 1000), (3, 500), (8, 64), (13, 1), (999, 1), (7, 993) })
        {
            var slice = ArrowArrayFactory.Slice(whole, start, length);
            int[] rows = [.. Enumerable.Range(0, length).Where(i => i % 3 != 1)];
            var taken = Columns.Take(slice, rows);
            Enumerable.Range(0, taken.Length).Select(i => Table.At(taken, i)).Should().Equal(rows.Select(r => values[start + r]));
            taken.NullCount.Should().Be(rows.Count(r => values[start + r] is null));
        }
    }

    private static DateTimeOffset At(int year, int month, int day, int hour) => new(year, month, day, hour, 0, 0, TimeSpan.Zero);

    private static RecordBatch Apply(IDataTransformer step, RecordBatch batch)
    {
        var result = step.Apply(batch);
        DatasetSchema.FromArrow(result.Schema).Should().Equal(step.GetOutputSchema(DatasetSchema.FromArrow(batch.Schema)), "both say the same columns");
        return result;
    }
}
