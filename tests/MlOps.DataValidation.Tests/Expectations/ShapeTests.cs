using Apache.Arrow;

namespace MlOps.DataValidation.Tests.Expectations;

/// <summary>Arrow's layouts: slices, small integers, units of time, text outside of ASCII; and formats that values are read in.</summary>
public sealed class ShapeTests
{
    [Fact]
    public async Task A_slice_is_read_from_where_it_starts()
    {
        IArrowArray[] columns =
        [
            TableOf.Integers([.. Enumerable.Range(0, 300).Select(i => i % 5 == 0 ? null : (long?)i)]),
            TableOf.Texts([.. Enumerable.Range(0, 300).Select(i => i % 7 == 0 ? null : i % 2 == 0 ? $"é{i}" : $"e{i}")]),
            TableOf.Booleans([.. Enumerable.Range(0, 300).Select(i => (bool?)(i % 3 == 0))]),
        ];
        var slices = columns.Select(c => ArrowArrayFactory.Slice(c, 13, 100)).ToArray();
        var result = await TableOf.Columns(("n", slices[0]), ("t", slices[1]), ("b", slices[2])).CheckAsync(s =>
            s.Column("n").Between(14, 112).NotNull().Min(13, 13).Max(112, 112).Column("t").Matches("^[eé]\\d+$").NotNull().Column("b").InSet(true));

        result.Results.Select(r => r.UnexpectedCount).Should().Equal(1, 20, 0, 0, 0, Enumerable.Range(13, 100).Count(i => i % 7 == 0), Enumerable.Range(13, 100).Count(i => i % 3 != 0));
        result.Results.Where(r => !r.JudgesRows).Should().OnlyContain(r => r.Success);
    }

    [Fact]
    public async Task Small_integers_and_fractions_are_widened()
    {
        var batch = TableOf.Columns(
            ("i8", new Int8Array.Builder().Append(-5).Append(5).Build()),
            ("u16", new UInt16Array.Builder().Append(1).Append(65535).Build()),
            ("u64", new UInt64Array.Builder().Append(1).Append(ulong.MaxValue).Build()),
            ("f32", new FloatArray.Builder().Append(0.5f).Append(float.NaN).Build()));
        var result = await batch.CheckAsync(s => s.Column("i8").Between(0).Column("u16").Between(max: 65534).Column("u64").Between(max: long.MaxValue).Column("f32").Between(0, 1));

        result.Results.Select(r => (r.UnexpectedCount, r.Error)).Should().AllBeEquivalentTo((1L, (string?)null));
    }

    [Theory]
    [InlineData(Apache.Arrow.Types.TimeUnit.Second, 1L)]
    [InlineData(Apache.Arrow.Types.TimeUnit.Millisecond, 1_000L)]
    [InlineData(Apache.Arrow.Types.TimeUnit.Microsecond, 1_000_000L)]
    [InlineData(Apache.Arrow.Types.TimeUnit.Nanosecond, 1_000_000_000L)]
    public async Task Moments_of_every_unit_are_compared(Apache.Arrow.Types.TimeUnit unit, long perSecond)
    {
        long[] seconds = [-86_400, 0, 86_400];
        var values = new ArrowBuffer.Builder<long>().AppendRange(seconds.Select(s => s * perSecond)).Build();
        var moments = new TimestampArray(new Apache.Arrow.Types.TimestampType(unit, "UTC"), values, ArrowBuffer.Empty, 3, 0, 0);
        var result = await TableOf.Columns(("t", moments)).CheckAsync(s => s.Column("t").Between(new DateOnly(1970, 1, 1), "1970-01-01T23:59:59Z").Max(new DateOnly(1970, 1, 2), new DateOnly(1970, 1, 2)));

        result.Results[0].UnexpectedCount.Should().Be(2);
        result.Results[1].Success.Should().BeTrue();
    }

    [Fact]
    public async Task Lengths_are_counted_in_characters_of_unicode()
    {
        var result = await TableOf.Columns(("t", TableOf.Texts("😀", "é", "ab"))).OneAsync(s => s.Column("t").Length(1, 1));

        result.UnexpectedCount.Should().Be(1);
    }

    [Theory]
    [InlineData("%d/%m/%Y", "31/12/2026", true)]
    [InlineData("%d/%m/%Y", "31/02/2026", false)]
    [InlineData("%Y-%m-%dT%H:%M:%S.%f%z", "2026-01-05T07:08:09.123+01:00", true)]
    [InlineData("%I:%M %p", "12:30 pm", true)]
    [InlineData("%I:%M %p", "13:30 pm", false)]
    [InlineData("%b %d, %y", "Feb 3, 26", true)]
    [InlineData("%A %j", "Monday 366", true)]
    [InlineData("100%%", "100%", true)]
    [InlineData("%H", "24", false)]
    public async Task Dates_fit_a_format(string format, string text, bool fits)
    {
        var result = await TableOf.Columns(("t", TableOf.Texts(text))).OneAsync(s => s.Column("t").DateFormat(format));

        result.Success.Should().Be(fits, result.Message);
    }

    [Theory]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":1}},"additionalProperties":false}""", """{"a":1}""", true)]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":1}},"additionalProperties":false}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"required":["a"]}""", """{"b":1}""", false)]
    [InlineData("""{"properties":{"a":{"enum":["x","y"]}}}""", """{"a":"z"}""", false)]
    [InlineData("""{"items":{"type":["string","null"]},"minItems":1,"uniqueItems":true}""", """["a",null]""", true)]
    [InlineData("""{"items":{"type":"string"},"uniqueItems":true}""", """["a","a"]""", false)]
    [InlineData("""{"anyOf":[{"type":"string","pattern":"^a"},{"type":"number","multipleOf":0.5}]}""", "1.5", true)]
    [InlineData("""{"not":{"type":"null"}}""", "null", false)]
    [InlineData("""{}""", "{broken", false)]
    public async Task Json_fits_a_schema(string schema, string text, bool fits)
    {
        var result = await TableOf.Columns(("t", TableOf.Texts(text))).OneAsync(s => s.Column("t").JsonSchema(schema));

        result.Success.Should().Be(fits, result.Message);
    }

    [Fact]
    public void A_schema_with_words_that_are_not_understood_is_refused() =>
        FluentActions.Invoking(() => new MatchesJsonSchema("t", """{"$ref":"#/x"}""")).Should().Throw<ArgumentException>().WithMessage("*'$ref'*");

    [Theory]
    [InlineData(null, 1.0)]
    [InlineData(new[] { 0.0, 5, 8.5, 10 }, 1.0)]
    [InlineData(new[] { 5.0, 8.5, 9 }, 1.0)] // 1 and 2 lie below, 9 is the last edge
    [InlineData(new[] { 0.0, 1.5, 9 }, 0.5773502691896257)] // 1 apart from the others: chi-square 4 / 3 of four rows
    [InlineData(new[] { 0.0, 20 }, null)] // one bin
    public async Task Cramers_phi_takes_bins_with_edges(double[]? edges, double? phi)
    {
        var batch = TableOf.Columns(("a", TableOf.Numbers(1, 2, 8, 9)), ("b", TableOf.Texts("x", "x", "y", "z")));

        var result = await batch.OneAsync(s => s.Add(new CramersPhiBelow("a", "b", 1, FirstEdges: edges)));
        if (phi is { } value) ((double)result.Observed.Value!).Should().BeApproximately(value, 1e-12);
        else result.Message.Should().Contain("one category only");
    }

    [Fact]
    public async Task Edges_of_bins_must_rise_and_need_numbers()
    {
        FluentActions.Invoking(() => new CramersPhiBelow("a", "b", FirstEdges: [1, 1])).Should().Throw<ArgumentException>().WithMessage("The edges of bins must rise*");
        FluentActions.Invoking(() => new CramersPhiBelow("a", "b", SecondEdges: [1])).Should().Throw<ArgumentException>().WithMessage("Bins have at least two edges*");
        var result = await TableOf.Columns(("a", TableOf.Texts("x")), ("b", TableOf.Texts("x"))).OneAsync(s => s.Add(new CramersPhiBelow("a", "b", FirstEdges: [1, 2])));
        result.Error.Should().Contain("bins with edges");
    }

    [Fact]
    public async Task Numbers_that_are_not_finite_are_categories_of_cramers_phi()
    {
        var batch = TableOf.Columns(("a", TableOf.Numbers(1, double.NaN, double.PositiveInfinity, null)), ("b", TableOf.Texts("x", "y", "z", "w")));

        (await batch.OneAsync(s => s.Add(new CramersPhiBelow("a", "b", 1)))).Observed.Value.Should().Be(1.0);
    }

    [Theory]
    [InlineData(DistributionFamily.Normal, 1.96, 0.9750021048517795, 0.0, 1.0)]
    [InlineData(DistributionFamily.Beta, 0.3, 0.579825, 2.0, 5.0)]
    [InlineData(DistributionFamily.Gamma, 3.0, 0.8008517265285442, 2.0)]
    [InlineData(DistributionFamily.Exponential, 1.0, 0.6321205588285577)]
    [InlineData(DistributionFamily.ChiSquare, 3.841458820694124, 0.95, 1.0)]
    [InlineData(DistributionFamily.Uniform, 1.0, 0.25, 0.0, 4.0)]
    public void Distributions_agree_with_published_values(DistributionFamily family, double x, double below, params double[] parameters) =>
        new Distribution(family, parameters).Below(x).Should().BeApproximately(below, 1e-12);
}
