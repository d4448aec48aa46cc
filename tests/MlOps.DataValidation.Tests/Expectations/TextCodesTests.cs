using Apache.Arrow;
using Apache.Arrow.Types;
using CsCheck;
using MlOps.Statistics;

namespace MlOps.DataValidation.Tests.Expectations;

/// <summary>Few different texts are judged once each and many one by one, with the same outcome.</summary>
public sealed class TextCodesTests
{
    private const int Rows = 20_000;

    public static TheoryData<int, int> Shapes => new()
    {
        { 3, Rows },        // few
        { 5_000, Rows },    // more than are numbered
        { 3, 9_000 },       // few until a long one comes
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Texts_are_judged_alike_whether_they_are_few_or_many(int different, int rowOfLongText)
    {
        string?[] first = [.. Enumerable.Range(0, Rows).Select(i => i < 4_000 && i % 11 == 0 ? null : i == rowOfLongText ? new string('é', 100) : $"é{i * 7 % different}{(i % 2 == 0 ? "" : " and more")}")];
        string?[] second = [.. Enumerable.Range(0, Rows).Select(i => $"é{i % 3}")];
        IArrowArray[] columns = [TableOf.Texts(first), TableOf.Texts(second)];
        var batches = Enumerable.Range(0, 5).Select(b => TableOf.Columns(("first", ArrowArrayFactory.Slice(columns[0], b * 4_000, 4_000)), ("second", ArrowArrayFactory.Slice(columns[1], b * 4_000, 4_000))));
        var suite = ExpectationSuite.Create("texts", s =>
        {
            s.Column("first").Matches("1").Length(1, 4).InSet("é0", "é1").Between("é0", "é2").Is(Comparison.Equal, "second").Is(Comparison.Less, "second");
            s.Column("second").Is(Comparison.NotEqual, "first").Where("first = 'é1'").Matches("2");
            s.Add(new StatisticBetween("first", Statistic.DistinctCount, 0, 0));
        });

        var result = await suite.ValidateAsync(TableOf.Rows([.. batches]), null, TestContext.Current.CancellationToken);

        var missing = first.Count(t => t is null);
        int Failing(Func<string, string, bool> passes) => first.Zip(second).Count(p => p.First is not null && !passes(p.First, p.Second!));
        result.Results.Take(6).Select(r => r.UnexpectedCount).Should().Equal(
            Failing((a, _) => a.Contains('1', StringComparison.Ordinal)),
            Failing((a, _) => a.Length is >= 1 and <= 4),
            Failing((a, _) => a is "é0" or "é1"),
            Failing((a, _) => string.CompareOrdinal(a, "é0") >= 0 && string.CompareOrdinal(a, "é2") <= 0),
            Failing((a, b) => a == b) + missing,
            Failing((a, b) => string.CompareOrdinal(a, b) < 0) + missing);
        result.Results[6].UnexpectedCount.Should().Be(Failing((a, b) => a != b));
        result.Results[7].UnexpectedCount.Should().Be(Failing((a, b) => a != "é1" || b == "é2"));
        result.Results[8].Observed.Value.Should().Be((double)first.OfType<string>().Distinct().Count());
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(6_000, 0)]      // more than are numbered
    [InlineData(5, 200)]        // longer than are numbered
    public async Task A_column_with_a_dictionary_is_judged_and_profiled_like_one_without(int different, int length)
    {
        string?[] words = [.. Enumerable.Range(0, different).Select(i => i == 3 ? null : $"ü{i}{new string('x', i == 1 ? length : 0)}")];
        int?[] indices = [.. Enumerable.Range(0, 9_000).Select(i => i % 13 == 0 ? null : (int?)(i * 7 % different))];
        var codes = new Int32Array.Builder();
        foreach (var index in indices) _ = index is { } i ? codes.Append(i) : codes.AppendNull();
        IArrowArray coded = new DictionaryArray(new DictionaryType(Int32Type.Default, StringType.Default, false), codes.Build(), TableOf.Texts(words));
        var plain = TableOf.Texts([.. indices.Select(i => i is { } index ? words[index] : null)]);
        var suite = ExpectationSuite.Create("texts", s => s.Column("t").Matches("1").Length(2, 2).InSet("ü1", "ü2").NotNull().DistinctCount(0, 0));

        var results = new List<ValidationResult>();
        var profiles = new List<ColumnProfile>();
        foreach (var column in (IArrowArray[])[coded, plain])
        {
            var batches = Enumerable.Range(0, 3).Select(b => TableOf.Columns(("t", ArrowArrayFactory.Slice(column, b * 3_000, 3_000)))).ToArray();
            results.Add(await suite.ValidateAsync(TableOf.Rows(batches), null, TestContext.Current.CancellationToken));
            profiles.Add((await new Profiler().ProfileAsync(TableOf.Rows(batches), TestContext.Current.CancellationToken))["t"]);
        }

        results[0].Results.Should().BeEquivalentTo(results[1].Results);
        results[0].Results[3].UnexpectedCount.Should().BeGreaterThan(0);
        Facts(profiles[0]).Should().BeEquivalentTo(Facts(profiles[1]));

        static object Facts(ColumnProfile p) => new { p.Rows, p.Missing, p.Distinct, Top = p.TopValues(20), p.Texts!.Min, p.Texts.Max, p.Texts.TotalBytes, Shortest = p.Texts.Lengths.Min, Longest = p.Texts.Lengths.Max };
    }

    [Fact]
    public void A_value_at_a_rank_is_the_one_among_the_sorted_values() =>
        Gen.Select(Gen.OneOf(Gen.Double, Gen.Double[-3, 3], Gen.Const(double.NaN), Gen.Const(0.0), Gen.Const(double.NegativeInfinity), Gen.Int[-5, 5].Select(i => (double)i)).Array[1, 300], Gen.Int[0, 299])
            .Sample((values, place) => Selection.At(values, place % values.Length).Equals(values.Order().ElementAt(place % values.Length)));
}
