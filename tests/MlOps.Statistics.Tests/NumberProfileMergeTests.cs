using CsCheck;

namespace MlOps.Statistics.Tests;

public class NumberProfileMergeTests
{
    private static readonly Gen<int[]> Cuts = Gen.Int[0, 10_000].Array[0, 6];

    [Fact]
    public void Profiles_of_parts_merge_to_the_profile_of_the_whole() =>
        Gen.Select(Profiles.Reals, Profiles.Validities, Cuts).Sample((values, valid, cuts) => Check(values, valid, cuts, Profiles.Small, keepOrder: true), iter: 500);

    [Fact]
    public void The_order_of_merging_does_not_matter() =>
        Gen.Select(Profiles.Reals, Profiles.Validities, Cuts).Sample((values, valid, cuts) => Check(values, valid, cuts, Profiles.Small, keepOrder: false), iter: 500);

    [Fact]
    public void Columns_with_values_kept_out_merge_alike() =>
        Gen.Select(Profiles.Reals, Profiles.Validities, Cuts).Sample((values, valid, cuts) => Check(values, valid, cuts, Profiles.Small with { KeepValues = false }, keepOrder: false), iter: 300);

    [Fact]
    public void Whole_numbers_merge_to_the_bit() =>
        Gen.Select(Profiles.Integers, Cuts).Sample(
            (values, cuts) =>
            {
                var whole = new ColumnProfile(options: Profiles.Small);
                whole.Add(values);
                var parts = Profiles.Parts(values, cuts, (part, slice, _) => part.Add(slice), Profiles.Small);
                var merged = Profiles.Merged(parts);
                Profiles.ShouldEqual(merged.Numbers!, whole.Numbers!);
                merged.Order.Should().Be(whole.Order);
                (merged.Numbers!.Mean, merged.Numbers.Sum).Should().Be((whole.Numbers!.Mean, whole.Numbers.Sum));
                parts.Reverse();
                Profiles.ShouldEqual(Profiles.Merged(parts).Numbers!, whole.Numbers);
            },
            iter: 500);

    [Fact]
    public void Reading_a_profile_while_it_grows_changes_nothing() =>
        Gen.Select(Profiles.Reals, Cuts).Sample(
            (values, cuts) =>
            {
                var (whole, read) = (new ColumnProfile(ValueKind.Real, Profiles.Small), new ColumnProfile(ValueKind.Real, Profiles.Small));
                var at = 0;
                foreach (var cut in cuts.Select(c => Math.Min(c, values.Length)).Order().Append(values.Length))
                {
                    read.Add(values.AsSpan(at, cut - at));
                    at = cut;
                    _ = (read.Distinct, read.Numbers!.QuantileError, read.Clone());
                }

                whole.Add(values);
                Profiles.ShouldEqual(read.Numbers!, whole.Numbers!);
            },
            iter: 300);

    [Fact]
    public void Several_may_read_a_profile_that_has_come_to_rest()
    {
        var profile = new ColumnProfile();
        profile.Add([.. Enumerable.Range(0, 5000).Select(i => Math.Sqrt(i))]);
        var copies = new byte[8][];
        Parallel.For(0, copies.Length, i => copies[i] = profile.ToBytes());
        copies.Should().OnlyContain(c => c.SequenceEqual(copies[0]));
        profile.Numbers!.Count.Should().Be(5000);
    }

    [Fact]
    public void Merging_is_associative() =>
        Gen.Select(Profiles.Reals, Profiles.Reals, Profiles.Reals).Sample(
            (a, b, c) =>
            {
                ColumnProfile Of(double[] values)
                {
                    var profile = new ColumnProfile(ValueKind.Real, Profiles.Small);
                    profile.Add(values);
                    return profile;
                }

                var left = Profiles.Merged([Profiles.Merged([Of(a), Of(b)]), Of(c)]);
                var right = Profiles.Merged([Of(a), Profiles.Merged([Of(b), Of(c)])]);
                Profiles.ShouldEqual(left.Numbers!, right.Numbers!);
                left.Order.Should().Be(right.Order);
            },
            iter: 300);

    [Fact]
    public void A_part_without_values_changes_nothing_but_the_counts_of_rows() =>
        Profiles.Reals.Where(values => values.Length > 0).Sample(
            values =>
            {
                var profile = new ColumnProfile(ValueKind.Real);
                profile.Add(values);
                var before = profile.ToBytes();
                profile.Merge(new ColumnProfile());
                profile.Merge(new ColumnProfile(ValueKind.Text));
                profile.ToBytes().Should().Equal(before);
                var rows = profile.Rows;
                var empty = new ColumnProfile();
                empty.AddMissing(3);
                profile.Merge(empty);
                (profile.Rows, profile.Missing).Should().Be((rows + 3, 3));
                var other = empty.Clone();
                other.Merge(profile);
                other.Numbers!.Mean.Should().Be(profile.Numbers!.Mean);
                other.Kind.Should().Be(ValueKind.Real);
            },
            iter: 200);

    [Fact]
    public void Bounds_of_frequent_values_hold_in_any_order() =>
        Gen.Select(Gen.Int[0, 40].Array[2000, 6000], Cuts).Sample(
            (drawn, cuts) =>
            {
                // Few values that come often among many that come once.
                var values = drawn.Select((v, i) => v < 10 ? v : 1000.0 + i).ToArray();
                var counts = values.GroupBy(v => v).ToDictionary(g => g.Key, g => g.LongCount());
                var parts = Profiles.Parts(values, cuts, (part, slice, _) => part.Add(slice), Profiles.Small);
                for (var turn = 0; turn < 2; turn++)
                {
                    var top = Profiles.Merged(parts).TopValues(int.MaxValue);
                    foreach (var (value, count, missed) in top)
                    {
                        var truth = counts[double.Parse(value, System.Globalization.CultureInfo.InvariantCulture)];
                        truth.Should().BeGreaterThanOrEqualTo(count).And.BeLessThanOrEqualTo(count + missed);
                    }

                    foreach (var (value, count) in counts)
                    {
                        if (count >= values.Length / 50.0) top.Should().Contain(t => t.Value == value.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
                    }

                    parts.Reverse();
                }
            },
            iter: 100);

    [Fact]
    public void A_million_values_in_large_and_small_parts_have_the_same_profile()
    {
        var random = new Random(1);
        var values = Enumerable.Range(0, 1_000_000).Select(_ => 1e6 + (random.NextDouble() * random.NextDouble())).ToArray();
        var whole = new ColumnProfile();
        whole.Add(values);
        var parts = Profiles.Parts(values, Enumerable.Range(0, 1000).Select(_ => random.Next(values.Length)), (part, slice, _) => part.Add(slice), ProfileOptions.Default);
        Profiles.ShouldEqual(Profiles.Merged(parts.OrderBy(_ => random.Next())).Numbers!, whole.Numbers!);
    }

    private static void Check(double[] values, bool[] valid, int[] cuts, ProfileOptions options, bool keepOrder)
    {
        var validity = valid.Length == 0 ? [] : valid[..values.Length];
        var whole = new ColumnProfile(options: options);
        whole.Add(values, new(valid.Length == 0 ? [] : Profiles.Bits(validity)));
        var bits = valid.Length == 0 ? [] : Profiles.Bits(validity, 5);
        var parts = Profiles.Parts(values, cuts, (part, slice, from) => part.Add(slice, new(bits, bits.Length == 0 ? 0 : from + 5)), options);
        if (!keepOrder) parts.Reverse();
        var merged = Profiles.Merged(parts);
        (merged.Rows, merged.Missing, merged.Kind).Should().Be((whole.Rows, whole.Missing, whole.Kind));
        if (whole.Numbers is null) return;
        Profiles.ShouldEqual(merged.Numbers!, whole.Numbers);
        merged.Distinct.Should().Be(whole.Distinct);
        if (keepOrder) merged.Order.Should().Be(whole.Order);
    }
}
