using CsCheck;

namespace MlOps.Statistics.Tests;

public class NumberProfileTests
{
    [Fact]
    public void Numbers_have_their_textbook_statistics()
    {
        // numpy and scipy.stats of [2, 4, 4, 4, 5, 5, 7, 9]: mean 5, std 2, std(ddof=1) 2.13808993529939, skew 0.65625, kurtosis -0.21875.
        var numbers = Of(2, 4, 4, 4, 5, 5, 7, 9);
        (numbers.Count, numbers.Sum, numbers.Mean, numbers.Min, numbers.Max).Should().Be((8, 40, 5, 2, 9));
        numbers.PopulationStandardDeviation.Should().Be(2);
        numbers.SampleStandardDeviation.Should().BeApproximately(2.138089935299395, 1e-15);
        numbers.Skewness.Should().BeApproximately(0.65625, 1e-15);
        numbers.Kurtosis.Should().BeApproximately(-0.21875, 1e-15);
    }

    [Fact]
    public void Moments_of_numbers_far_from_zero_keep_their_digits()
    {
        // Variance of 0, 1, 2 … 999 is (1000^2 - 1) / 12 wherever they lie.
        var numbers = Of([.. Enumerable.Range(0, 1000).Select(i => 1e9 + i)]);
        numbers.PopulationVariance.Should().BeApproximately(83333.25, 1e-7);
        numbers.Mean.Should().Be(1e9 + 499.5);
        numbers.Skewness.Should().BeApproximately(0, 1e-12);
        numbers.Kurtosis.Should().BeApproximately(-1.2000024000024, 1e-9);
    }

    [Fact]
    public void Integers_beyond_2_to_53_are_exact()
    {
        var profile = new ColumnProfile();
        profile.Add([9_007_199_254_740_993L, 9_007_199_254_740_995L, long.MaxValue, long.MaxValue - 1]);
        var numbers = profile.Numbers!;
        (numbers.MinInteger, numbers.MaxInteger).Should().Be((9_007_199_254_740_993L, long.MaxValue));
        numbers.SumInteger.Should().Be((Int128)9_007_199_254_740_993L + 9_007_199_254_740_995L + long.MaxValue + long.MaxValue - 1);
        profile.Distinct.Should().Be(new DistinctCount(4, true));
        profile.TopValues(9).Select(v => v.Value).Should().Contain(["9007199254740993", "9007199254740995", "9223372036854775806", "9223372036854775807"]);
    }

    [Fact]
    public void Identifiers_beyond_2_to_53_have_exact_moments_and_distinct_counts()
    {
        var profile = new ColumnProfile();
        profile.Add([.. Enumerable.Range(0, 1000).Select(i => 9_007_199_254_740_993L + i)]);
        profile.Numbers!.PopulationVariance.Should().BeApproximately(83333.25, 1e-9);
        profile.Distinct.Value.Should().Be(1000);
        profile.Order.Should().Be(ValueOrder.StrictlyAscending);
    }

    [Fact]
    public void NaN_and_infinities_are_counted_and_do_not_spoil_the_rest()
    {
        var profile = new ColumnProfile();
        profile.Add([1.0, double.NaN, double.PositiveInfinity, -0.0, 3, double.NegativeInfinity, double.NaN]);
        var numbers = profile.Numbers!;
        (numbers.Count, numbers.FiniteCount, numbers.NaN, numbers.PositiveInfinities, numbers.NegativeInfinities).Should().Be((5, 3, 2, 1, 1));
        (numbers.Min, numbers.Max, numbers.FiniteMin, numbers.FiniteMax).Should().Be((double.NegativeInfinity, double.PositiveInfinity, 0, 3));
        (numbers.Zeros, numbers.Negatives).Should().Be((1, 1));
        numbers.Mean.Should().BeApproximately(4 / 3.0, 1e-15);
        numbers.Quantile(0.5).Should().Be(1);
        (numbers.Quantile(0), numbers.Quantile(1)).Should().Be((double.NegativeInfinity, double.PositiveInfinity));
        profile.Distinct.Should().Be(new DistinctCount(5, true));
        profile.Count.Should().Be(7);
    }

    [Fact]
    public void Without_numbers_there_is_nothing_to_tell()
    {
        var numbers = Of(double.NaN, double.NaN);
        (numbers.Count, numbers.NaN, numbers.Sum).Should().Be((0, 2, 0));
        foreach (var value in (double[])[numbers.Min, numbers.Max, numbers.Mean, numbers.SampleVariance, numbers.PopulationVariance, numbers.Skewness, numbers.Kurtosis, numbers.Quantile(0.5)])
            value.Should().Be(double.NaN);
        numbers.EqualWidthHistogram(5).Should().BeEmpty();
        numbers.QuantileHistogram(5).Should().BeEmpty();
    }

    [Fact]
    public void One_number_has_no_sample_deviation()
    {
        var numbers = Of(5);
        (numbers.PopulationStandardDeviation, numbers.SampleStandardDeviation, numbers.Skewness).Should().Be((0, double.NaN, double.NaN));
        numbers.EqualWidthHistogram(5).Should().Equal([new HistogramBin(5, 5, 1)]);
    }

    [Fact]
    public void Numbers_past_the_range_of_squares_have_a_mean_and_an_infinite_spread()
    {
        var numbers = Of(double.MaxValue, double.MaxValue, -double.MaxValue, 1e308);
        numbers.Mean.Should().BeApproximately((double.MaxValue / 4) + 2.5e307, 1e300);
        numbers.PopulationVariance.Should().Be(double.PositiveInfinity);
        numbers.Kurtosis.Should().Be(double.NaN);
        (numbers.Min, numbers.Max).Should().Be((-double.MaxValue, double.MaxValue));
    }

    [Fact]
    public void Quantiles_of_few_values_are_exact() =>
        Gen.Int[-50, 50].Array[1, 300].Sample(values =>
        {
            var sorted = values.Order().ToArray();
            var numbers = Of([.. values.Select(v => v / 4.0)]);
            numbers.QuantileError.Should().Be(0);
            foreach (var share in (double[])[0, 0.1, 0.25, 0.5, 0.9, 1])
            {
                var position = share * (sorted.Length - 1);
                var (low, high) = (sorted[(int)position] / 4.0, sorted[Math.Min(sorted.Length - 1, (int)position + 1)] / 4.0);
                numbers.Quantile(share).Should().BeApproximately(low + ((high - low) * (position - (int)position)), 1e-12);
            }

            for (var rank = 0; rank < sorted.Length; rank += 7) numbers.ValueAtRank(rank).Should().Be(sorted[rank] / 4.0);
            numbers.CountBelow(3).Should().Be(values.Count(v => v / 4.0 < 3));
            numbers.CountAtMost(3).Should().Be(values.Count(v => v / 4.0 <= 3));
        });

    [Fact]
    public void Quantiles_of_many_values_are_as_near_as_stated()
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 200_000).Select(_ => Math.Exp(3 * random.NextDouble() * random.NextDouble()) - 5).ToArray();
        var numbers = Of(values);
        Array.Sort(values);
        numbers.QuantileError.Should().BeInRange(1e-9, 1 / 128.0);
        foreach (var share in (double[])[0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999])
        {
            var truth = values[(int)(share * (values.Length - 1))];
            var (low, high) = numbers.QuantileBounds(share);
            truth.Should().BeInRange(low, high);
            Math.Abs(numbers.Quantile(share) - truth).Should().BeLessThanOrEqualTo(numbers.QuantileError * Math.Abs(truth) * 1.01);
            Math.Abs(numbers.CountAtMost(truth) - (share * values.Length)).Should().BeLessThan(values.Length * 4e-3);
        }
    }

    [Fact]
    public void Timestamps_and_identifiers_far_from_zero_have_useful_quantiles()
    {
        var profile = new ColumnProfile();
        var from = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks;
        var random = new Random(3);
        profile.Add([.. Enumerable.Range(0, 100_000).Select(_ => from + random.NextInt64(TimeSpan.FromDays(366).Ticks))]);
        var median = profile.Numbers!.Quantile(0.5);
        Math.Abs(median - from - (TimeSpan.TicksPerDay * 183.0)).Should().BeLessThan(TimeSpan.TicksPerDay * 2);
        var (low, high) = profile.Numbers.QuantileBounds(0.5);
        (high - low).Should().BeLessThan(TimeSpan.FromHours(5).Ticks);
    }

    [Fact]
    public void Distinct_counts_are_exact_to_the_limit_and_then_near()
    {
        var options = new ProfileOptions { ExactLimit = 100 };
        foreach (var (distinct, exact) in ((int, bool)[])[(0, true), (1, true), (99, true), (100, true), (101, false), (201, false), (5000, false), (300_000, false)])
        {
            var profile = new ColumnProfile(ValueKind.Real, options);
            for (var turn = 0; turn < 2; turn++) profile.Add([.. Enumerable.Range(0, distinct).Select(i => i * 1.37)]);
            profile.Distinct.IsExact.Should().Be(exact);
            profile.Distinct.StandardError.Should().Be(exact ? 0 : HyperLogLog.StandardError);
            ((double)profile.Distinct.Value).Should().BeApproximately(distinct, exact ? 0 : 0.03 * distinct);
        }
    }

    [Fact]
    public void Frequent_values_of_a_nearly_unique_column_are_found()
    {
        var random = new Random(5);
        var values = Enumerable.Range(0, 300_000).Select(i => i % 10 == 0 ? 0 : i % 10 == 1 ? -999 : i % 100 == 2 ? 42.5 : random.NextDouble() * 100).ToArray();
        var profile = new ColumnProfile();
        profile.Add(values);
        var top = profile.TopValues(3);
        top.Select(v => v.Value).Should().BeEquivalentTo(["0", "-999", "42.5"]);
        top.Should().OnlyContain(v => v.Count <= (v.Value == "42.5" ? 3000 : 30_000) && v.Count + v.Missed >= (v.Value == "42.5" ? 3000 : 30_000) && v.Missed < 600);
    }

    [Fact]
    public void Histograms_add_up_and_put_edges_where_they_say()
    {
        Of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).EqualWidthHistogram(5).Should().Equal([new(0, 2, 2), new(2, 4, 2), new(4, 6, 2), new(6, 8, 2), new(8, 10, 3)]);
        Of(1, 1, 1, 1, 2, 3).QuantileHistogram(3).Should().Equal([new(1, 1, 4), new(1, 3, 2)]);
        Of(double.NegativeInfinity, 1, 2, double.PositiveInfinity).EqualWidthHistogram(2).Should().Equal([new(1, 1.5, 1), new(1.5, 2, 1)]);
        Of(-1e308, 1e308).EqualWidthHistogram(2).Should().Equal([new(-1e308, 0, 1), new(0, 1e308, 1)]);
        var random = new Random(1);
        var many = Of([.. Enumerable.Range(0, 50_000).Select(_ => random.NextDouble())]);
        many.EqualWidthHistogram(10).Sum(b => b.Count).Should().Be(50_000);
        many.EqualWidthHistogram(10).Should().OnlyContain(b => Math.Abs(b.Count - 5000) < 300);
        many.QuantileHistogram(10).Sum(b => b.Count).Should().Be(50_000);
        many.QuantileHistogram(10).Should().OnlyContain(b => Math.Abs(b.Count - 5000) < 100);
    }

    [Fact]
    public void Numbers_are_counted_in_the_bins_of_a_reference() =>
        Gen.Select(Profiles.Reals, Profiles.Reals).Sample((reference, current) =>
        {
            var bins = NumericBins.Of(reference);
            var counts = new long[bins.Count];
            bins.AddTo(current, counts);
            Of(current).CountIn(bins).Should().Equal(counts);
        });

    [Theory]
    [InlineData(new double[] { 1, 1, 1 }, ValueOrder.Constant)]
    [InlineData(new double[] { 1, 2, 2 }, ValueOrder.Ascending)]
    [InlineData(new double[] { 1, 2, 3 }, ValueOrder.StrictlyAscending)]
    [InlineData(new double[] { 3, 2, 2 }, ValueOrder.Descending)]
    [InlineData(new double[] { 3, 2, double.NegativeInfinity }, ValueOrder.StrictlyDescending)]
    [InlineData(new double[] { 1, 2, 1 }, ValueOrder.Unordered)]
    [InlineData(new double[] { 0.0, double.NaN, -0.0 }, ValueOrder.Constant)]
    [InlineData(new double[] { }, ValueOrder.Unknown)]
    public void The_order_of_rows_is_known_whatever_the_parts(double[] values, ValueOrder order)
    {
        var profile = new ColumnProfile(ValueKind.Real);
        profile.Add(values);
        profile.Order.Should().Be(order);
        var parts = new ColumnProfile(ValueKind.Real);
        foreach (var value in values)
        {
            var part = new ColumnProfile();
            part.Add([value]);
            parts.Merge(part);
        }

        parts.Order.Should().Be(order);
        profile.IsConstant.Should().Be(order == ValueOrder.Constant && !values.Any(double.IsNaN));
    }

    [Fact]
    public void Narrow_numbers_are_the_wide_ones()
    {
        short[] shorts = [-3, 0, 7, 7];
        var (first, second) = (new ColumnProfile(), new ColumnProfile());
        first.Add(shorts, new(Profiles.Bits([true, false, true, true])));
        second.Add([-3L, 0, 7, 7], new(Profiles.Bits([true, false, true, true])));
        first.ToBytes().Should().Equal(second.ToBytes());
        var floats = new ColumnProfile();
        floats.Add([0.1f, float.NaN]);
        (floats.Numbers!.Max, floats.Numbers.NaN).Should().Be(((double)0.1f, 1));
        var unsigned = new ColumnProfile();
        unsigned.Add([uint.MaxValue]);
        unsigned.Numbers!.MaxInteger.Should().Be(uint.MaxValue);
    }

    [Fact]
    public void A_column_of_one_kind_refuses_another()
    {
        var profile = new ColumnProfile();
        profile.Add([1.5]);
        FluentActions.Invoking(() => profile.Add([1L])).Should().Throw<ArgumentException>().WithMessage("*holds Real values*cannot take Integer*");
        var other = new ColumnProfile();
        other.Add([1L]);
        FluentActions.Invoking(() => profile.Merge(other)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => profile.Merge(new ColumnProfile(options: new ProfileOptions { ExactLimit = 20 }))).Should().Throw<ArgumentException>().WithMessage("*equal options*");
        (profile.Rows, profile.Numbers!.Count).Should().Be((1, 1));
    }

    [Fact]
    public void A_bitmap_that_is_too_short_is_refused()
    {
        var profile = new ColumnProfile();
        FluentActions.Invoking(() => profile.Add(new double[9], new([255]))).Should().Throw<ArgumentException>().WithMessage("*8 bits*9 rows*");
        profile.Rows.Should().Be(0);
    }

    [Fact]
    public void With_values_kept_out_none_is_in_the_bytes_but_the_moments_are_exact()
    {
        var profile = new ColumnProfile(options: new ProfileOptions { KeepValues = false });
        profile.Add([123456789L, 123456789, 987654321]);
        profile.TopValues(5).Should().BeEmpty();
        profile.Order.Should().Be(ValueOrder.Unknown);
        profile.Distinct.Should().Be(new DistinctCount(2, false));
        (profile.Numbers!.MinInteger, profile.Numbers.MaxInteger).Should().Be((null, null));
        profile.Numbers.Min.Should().BeInRange(123456789 * (1 - (1 / 256.0)), 123456788);
        profile.Numbers.Max.Should().BeInRange(987654322, 987654321 * (1 + (1 / 256.0)));
        profile.Numbers.Mean.Should().Be((123456789 + 123456789 + 987654321) / 3.0);
        ColumnProfile.FromBytes(profile.ToBytes()).Numbers!.Min.Should().Be(profile.Numbers.Min);
    }

    [Fact]
    public void Memory_stays_bounded_for_any_number_of_rows()
    {
        var random = new Random(1);
        var profile = new ColumnProfile();
        var values = new double[100_000];
        for (var turn = 0; turn < 30; turn++)
        {
            for (var i = 0; i < values.Length; i++) values[i] = random.NextDouble() * Math.Pow(10, random.Next(-300, 300));
            profile.Add(values);
        }

        profile.ToBytes().Length.Should().BeLessThan(120_000);
        profile.Rows.Should().Be(3_000_000);
    }

    private static NumberStatistics Of(params double[] values)
    {
        var profile = new ColumnProfile(ValueKind.Real);
        profile.Add(values);
        return profile.Numbers!;
    }
}
