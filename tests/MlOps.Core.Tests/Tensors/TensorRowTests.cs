namespace MlOps.Core.Tests;

public sealed class TensorRowTests
{
    private static readonly TensorSpec[] Specs =
    [
        new("Flag", TensorType.Bool), new("Count", TensorType.Int64), new("Small", TensorType.Float32), new("Large", TensorType.Float64), new("Text", TensorType.String), new("Absent", TensorType.Float64),
    ];

    [Fact]
    public void A_row_becomes_tensors_and_tensors_a_row()
    {
        var tensors = TensorRow.Create(Specs);
        tensors.Should().OnlyContain(t => t.IsMissing(0));
        var read = TensorRow.Reader<Row>(Specs);
        read(new() { Flag = true, Count = 7, Small = 1.5f, Large = 3, Text = Kind.Second }, tensors);
        tensors.Select(t => t.GetValue(0)).Should().Equal(true, 7L, 1.5f, 3.0, "Second", null);
        read(new(), tensors); // nothing stays of the row before
        tensors.Select(t => t.GetValue(0)).Should().Equal(false, null, null, 0.0, "First", null);
        var row = new Result();
        TensorRow.Writer<Result>(Specs)([Tensor.Of("Flag", [true]), Tensor.Of("Count", [7L]), Tensor.Of("Small", [1.5f]), Tensor.Of("Large", [2.5]), Tensor.Of("Text", ["x"]), Tensor.Of("Absent", [1.0])], row);
        row.Should().BeEquivalentTo(new Result { Flag = true, Count = 7, Small = 1.5, Text = "x" });
    }

    [Fact]
    public void Days_and_moments_become_text_in_iso_8601()
    {
        TensorSpec[] specs = [new("Day", TensorType.String), new("Moment", TensorType.String), new("Offset", TensorType.String), new("Id", TensorType.String)];
        var tensors = TensorRow.Create(specs);
        TensorRow.Reader<Times>(specs)(
            new() { Day = new(2001, 5, 31), Moment = new(2001, 5, 31, 18, 30, 0, 250), Offset = new(2001, 5, 31, 18, 30, 0, TimeSpan.FromHours(2)), Id = Guid.Empty }, tensors);
        tensors.Select(t => t.GetValue(0)).Should().Equal("2001-05-31", "2001-05-31T18:30:00.25Z", "2001-05-31T16:30:00Z", "00000000-0000-0000-0000-000000000000");
    }

    [Fact]
    public void An_integer_that_a_fraction_cannot_hold_is_refused()
    {
        TensorSpec[] specs = [new("Value", TensorType.Float64)];
        var read = TensorRow.Reader<Exact>(specs);
        var tensors = TensorRow.Create(specs);
        read(new() { Value = 1L << 53 }, tensors);
        tensors[0].GetValue(0).Should().Be(9007199254740992.0);
        foreach (var value in (long[])[(1L << 53) + 1, long.MaxValue])
            FluentActions.Invoking(() => read(new() { Value = value }, tensors)).Should().Throw<ModelInputException>().Which.Input.Should().Be("Value");
    }

    [Fact]
    public void A_missing_output_needs_a_property_that_can_leave_it_open()
    {
        TensorSpec[] specs = [new("Count", TensorType.Int64)];
        Tensor[] tensors = [Tensor.Of("Count", new long[1], [true])];
        var open = new Open { Count = 1 };
        TensorRow.Writer<Open>(specs)(tensors, open);
        open.Count.Should().BeNull();
        FluentActions.Invoking(() => TensorRow.Writer<Exactly>(specs)(tensors, new())).Should().Throw<ModelInputException>().WithMessage("*no 'Count'*nullable*");
    }

    [Fact]
    public void Vectors_are_copied()
    {
        TensorSpec[] specs = [new("Score", TensorType.Float32, 2)];
        var values = new float[] { 1, 2 };
        var row = new Scores();
        TensorRow.Writer<Scores>(specs)([Tensor.Of("Score", values, 2)], row);
        values[0] = 9;
        row.Score.Should().Equal(1, 2);
    }

    [Fact]
    public void Types_that_do_not_fit_are_refused_before_any_row()
    {
        FluentActions.Invoking(() => TensorRow.Reader<Row>([new("Large", TensorType.Bool)])).Should().Throw<ModelInputException>().WithMessage("Row.Large is Int32*BOOL*");
        FluentActions.Invoking(() => TensorRow.Reader<Row>([new("Small", TensorType.Int64)])).Should().Throw<ModelInputException>().WithMessage("Row.Small is Single*INT64*");
        FluentActions.Invoking(() => TensorRow.Reader<Row>([new("Large", TensorType.String)])).Should().Throw<ModelInputException>().WithMessage("Row.Large is Int32*BYTES*");
        FluentActions.Invoking(() => TensorRow.Writer<Scores>([new("Score", TensorType.Float32)])).Should().Throw<ModelInputException>().WithMessage("*Score is Single*1 a row*");
        FluentActions.Invoking(() => TensorRow.Writer<Scores>([new("Other", TensorType.Float32)])).Should().Throw<ModelInputException>().WithMessage("Scores.Score is no output*Other*");
    }

    [Fact]
    public void Of_two_properties_that_differ_in_case_only_the_exact_name_counts()
    {
        TensorRow.FindProperty(typeof(Twins), "value")!.Name.Should().Be("value");
        TensorRow.FindProperty(typeof(Twins), "VALUE").Should().BeNull();
        TensorRow.FindProperty(typeof(Row), "COUNT")!.Name.Should().Be("Count");
    }

    private enum Kind
    {
        First,
        Second,
    }

    private sealed class Row
    {
        public bool Flag { get; set; }

        public short? Count { get; set; }

        public float? Small { get; set; }

        public int Large { get; set; }

        public Kind Text { get; set; }
    }

    private sealed class Result
    {
        public bool? Flag { get; set; }

        public int Count { get; set; }

        public double Small { get; set; }

        public string? Text { get; set; }
    }

    private sealed class Times
    {
        public DateOnly Day { get; set; }

        public DateTime Moment { get; set; }

        public DateTimeOffset? Offset { get; set; }

        public Guid Id { get; set; }
    }

    private sealed class Exact
    {
        public long Value { get; set; }
    }

    private sealed class Open
    {
        public long? Count { get; set; }
    }

    private sealed class Exactly
    {
        public long Count { get; set; }
    }

    private sealed class Scores
    {
        public float[] Score { get; set; } = [];
    }

#pragma warning disable IDE1006
    private sealed class Twins
    {
        public int value { get; set; }

        public int Value { get; set; }
    }
#pragma warning restore IDE1006
}
