using System.Text;
using CsCheck;

namespace MlOps.Statistics.Tests;

public class OtherProfileTests
{
    private static readonly string[] Words = ["", "a", "née", "日本語", "😀", "true", "12", "-1.5", "2024-02-29", "2024-02-30", "2024-02-29T10:00:00Z", "a longer text than is kept"];

    [Fact]
    public void Texts_are_counted_and_measured_in_characters()
    {
        var profile = new ColumnProfile();
        profile.Add(["née", null, "", "日本語", "😀", "née"]);
        (profile.Kind, profile.Rows, profile.Missing, profile.Count).Should().Be((ValueKind.Text, 6, 1, 5));
        (profile.Texts!.Lengths.Min, profile.Texts.Lengths.Max, profile.Texts.Lengths.Mean, profile.Texts.Empty).Should().Be((0, 3, 2, 1));
        profile.Distinct.Should().Be(new DistinctCount(4, true));
        profile.TopValues(1).Should().Equal([new ValueCount("née", 2, 0)]);
        (profile.Texts.Min, profile.Texts.Max).Should().Be(("", "😀"));
        profile.Order.Should().Be(ValueOrder.Unordered);
    }

    [Fact]
    public void Texts_are_counted_by_what_they_look_like()
    {
        var profile = new ColumnProfile();
        profile.Add(["1", "+12", "-7", "1.5", "-.5", "1e9", "TRUE", "false", "2024-02-29", "2024-02-30", "2024-02-29 12:30", "2024-02-29T12:30:00+01:00", "x", "-", "1-2", "", "NaN", "1.2.3"]);
        var texts = profile.Texts!;
        (texts.LikeIntegers, texts.LikeReals, texts.LikeBooleans, texts.LikeDates, texts.LikeTimestamps, texts.Empty).Should().Be((3, 3, 2, 1, 2, 1));
    }

    [Fact]
    public void What_is_no_UTF_8_is_counted_and_still_told_apart()
    {
        var profile = new ColumnProfile();
        profile.AddText([0, 2, 4, 5], [0xC3, 0x28, 0xFF, 0xFE, 0x41]);
        (profile.Texts!.InvalidUtf8, profile.Distinct.Value).Should().Be((2, 3));
        profile.Texts.Lengths.Max.Should().Be(2);
        profile.TopValues(3).Select(v => v.Value).Should().Contain("\uFFFD(");
        ColumnProfile.FromJson(profile.ToJson()).ToBytes().Should().Equal(profile.ToBytes());
    }

    [Fact]
    public void A_text_of_10_MB_costs_no_more_memory_than_a_short_one()
    {
        var profile = new ColumnProfile();
        var huge = Encoding.UTF8.GetBytes(new string('é', 5_000_000));
        profile.AddText(huge);
        huge[^1] ^= 1;
        profile.AddText(huge);
        profile.Distinct.Value.Should().Be(2);
        profile.ToBytes().Length.Should().BeLessThan(3000);
        (profile.Texts!.Lengths.Max, profile.Texts.TotalBytes).Should().Be((5_000_000, 20_000_000));
        profile.TopValues(1)[0].Value.Should().Be(new string('é', 128) + "…");
        profile.Texts.Max.Should().EndWith("…");
    }

    [Fact]
    public void Texts_in_parts_merge_to_the_whole() =>
        Gen.Select(Gen.OneOf(Gen.Int[0, 11].Select(i => (string?)Words[i]), Gen.Int[0, 2000].Select(i => (string?)("text " + i)), Gen.Const((string?)null)).Array[0, 300], Gen.Int[0, 5000].Array[0, 5]).Sample(
            (values, cuts) =>
            {
                var whole = new ColumnProfile(ValueKind.Text, Profiles.Small);
                whole.Add(values);
                var parts = Profiles.Parts(values, cuts, (part, slice, _) => part.Add(slice), Profiles.Small);
                var merged = Profiles.Merged(parts);
                merged.Order.Should().Be(whole.Order);
                for (var turn = 0; turn < 2; turn++)
                {
                    (merged.Rows, merged.Missing, merged.Distinct).Should().Be((whole.Rows, whole.Missing, whole.Distinct));
                    var (texts, all) = (merged.Texts!, whole.Texts!);
                    (texts.Min, texts.Max, texts.TotalBytes, texts.Empty, texts.LikeReals, texts.LikeIntegers).Should().Be((all.Min, all.Max, all.TotalBytes, all.Empty, all.LikeReals, all.LikeIntegers));
                    Profiles.ShouldEqual(texts.Lengths, all.Lengths);
                    if (whole.Distinct.IsExact) merged.TopValues(100).Should().Equal(whole.TopValues(100));
                    parts.Reverse();
                    merged = Profiles.Merged(parts);
                }
            },
            iter: 500);

    [Fact]
    public void Bounds_of_frequent_texts_hold()
    {
        var random = new Random(2);
        var values = Enumerable.Range(0, 100_000).Select(i => random.Next(20) == 0 ? "often" : random.Next(50) == 0 ? "at times" : "user" + i).ToArray();
        var parts = Profiles.Parts(values, [10_000, 50_000, 50_100], (part, slice, _) => part.Add(slice), ProfileOptions.Default);
        var profile = Profiles.Merged(parts);
        var top = profile.TopValues(2);
        top.Select(t => t.Value).Should().Equal(["often", "at times"]);
        foreach (var (value, count, missed) in top) values.LongCount(v => v == value).Should().BeInRange(count, count + missed);
        top[0].Missed.Should().BeLessThan(1000);
        ((double)profile.Distinct.Value).Should().BeApproximately(values.Distinct().Count(), values.Length * 0.03);
    }

    [Fact]
    public void Arrow_texts_and_strings_have_the_same_profile() =>
        Gen.Int[0, 11].Array[0, 100].Sample(drawn =>
        {
            var strings = drawn.Select(i => i == 3 ? null : Words[i]).ToArray();
            var bytes = strings.Select(s => Encoding.UTF8.GetBytes(s ?? "rubbish")).ToArray();
            var offsets = new int[strings.Length + 1];
            for (var i = 0; i < bytes.Length; i++) offsets[i + 1] = offsets[i] + bytes[i].Length;
            var (first, second, third) = (new ColumnProfile(ValueKind.Text), new ColumnProfile(ValueKind.Text), new ColumnProfile(ValueKind.Text));
            first.Add(strings);
            second.AddText(offsets, bytes.SelectMany(b => b).ToArray(), new(Profiles.Bits([.. strings.Select(s => s is not null)], 3), 3));
            third.AddText([.. offsets.Select(o => (long)o)], bytes.SelectMany(b => b).ToArray(), new(Profiles.Bits([.. strings.Select(s => s is not null)])));
            second.ToBytes().Should().Equal(first.ToBytes());
            third.ToBytes().Should().Equal(first.ToBytes());
        });

    [Fact]
    public void Offsets_that_cannot_be_are_refused_before_anything_is_counted()
    {
        var profile = new ColumnProfile();
        FluentActions.Invoking(() => profile.AddText([0, 3, 2], new byte[5])).Should().Throw<ArgumentException>().WithMessage("*row 2 is 2*");
        FluentActions.Invoking(() => profile.AddText([0, 6], new byte[5])).Should().Throw<ArgumentException>().WithMessage("*5 bytes*");
        FluentActions.Invoking(() => profile.AddText([-1, 3], new byte[5])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => profile.AddLists([3, 1])).Should().Throw<ArgumentException>();
        (profile.Rows, profile.Kind).Should().Be((0, ValueKind.Unknown));
    }

    [Fact]
    public void Booleans_are_counted_packed_or_not()
    {
        bool[] values = [true, false, true, true, false, true, true, true, true, true];
        bool[] valid = [true, true, true, false, true, true, true, true, true, true];
        var (first, second) = (new ColumnProfile(), new ColumnProfile());
        first.Add(values, new(Profiles.Bits(valid)));
        second.AddBooleans(Profiles.Bits(values, 3), 10, 3, new(Profiles.Bits(valid, 6), 6));
        first.Booleans.Should().Be(new BooleanStatistics(7, 2));
        second.ToBytes().Should().Equal(first.ToBytes());
        first.Distinct.Value.Should().Be(2);
        first.TopValues(1).Should().Equal([new ValueCount("true", 7, 0)]);
        FluentActions.Invoking(() => new ColumnProfile().AddBooleans([1], 9)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Decimals_are_exact_and_their_scale_is_no_difference()
    {
        var profile = new ColumnProfile();
        profile.Add([1.10m, 1.1m, 79228162514264337593543950335m, -0.0000000000000000000000000001m, 0.0m]);
        profile.Decimals.Should().Be(new DecimalStatistics(-0.0000000000000000000000000001m, 79228162514264337593543950335m));
        profile.Distinct.Should().Be(new DistinctCount(4, true));
        profile.TopValues(1).Should().Equal([new ValueCount("1.1", 2, 0)]);
        (profile.Numbers!.Zeros, profile.Numbers.Negatives).Should().Be((1, 1));
        ColumnProfile.FromBytes(profile.ToBytes()).Decimals.Should().Be(profile.Decimals);
    }

    [Fact]
    public void Days_and_points_in_time_of_any_form_are_the_same()
    {
        var (days, numbers) = (new ColumnProfile(), new ColumnProfile());
        days.Add([new DateOnly(1969, 12, 31), new DateOnly(2024, 2, 29)]);
        numbers.AddDates([-1, 19782]);
        numbers.ToBytes().Should().Equal(days.ToBytes());
        (days.Times!.Earliest, days.Times.Latest).Should().Be((new DateTime(1969, 12, 31), new DateTime(2024, 2, 29)));
        days.TopValues(1)[0].Value.Should().Be("1969-12-31");

        var seconds = new ColumnProfile();
        seconds.AddTimestamps([1_709_164_800], TimeUnit.Second);
        foreach (var (unit, factor) in ((TimeUnit, long)[])[(TimeUnit.Millisecond, 1000), (TimeUnit.Microsecond, 1_000_000), (TimeUnit.Tick, 10_000_000), (TimeUnit.Nanosecond, 1_000_000_000)])
        {
            var other = new ColumnProfile();
            other.AddTimestamps([1_709_164_800 * factor], unit);
            other.ToBytes().Should().Equal(seconds.ToBytes());
        }

        var times = new ColumnProfile();
        times.Add([new DateTime(2024, 2, 29)]);
        times.ToBytes().Should().Equal(seconds.ToBytes());
        seconds.TopValues(1)[0].Value.Should().Be("2024-02-29T00:00:00Z");
    }

    [Fact]
    public void Nanoseconds_before_1970_are_rounded_down()
    {
        var profile = new ColumnProfile();
        profile.AddTimestamps([-1], TimeUnit.Nanosecond);
        profile.Times!.Ticks.MinInteger.Should().Be(-1);
    }

    [Fact]
    public void The_infinities_of_databases_are_before_and_after_everything()
    {
        var profile = new ColumnProfile();
        profile.AddTimestamps([long.MaxValue, -long.MaxValue, 0], TimeUnit.Microsecond);
        (profile.Times!.Ticks.PositiveInfinities, profile.Times.Ticks.NegativeInfinities).Should().Be((1, 1));
        (profile.Times.Earliest, profile.Times.Latest).Should().Be((DateTime.UnixEpoch, DateTime.UnixEpoch));
        profile.TopValues(3).Select(v => v.Value).Should().BeEquivalentTo(["1970-01-01T00:00:00Z", "-Infinity", "Infinity"]);
    }

    [Fact]
    public void Mixed_time_zones_are_compared_in_UTC_and_counted()
    {
        var profile = new ColumnProfile();
        profile.Add([new DateTimeOffset(2024, 1, 1, 1, 0, 0, TimeSpan.FromHours(1)), new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero)]);
        profile.Distinct.Value.Should().Be(1);
        profile.Times!.WithOffset.Should().Be(1);
        profile.Times.Earliest.Should().Be(new DateTime(2024, 1, 1));
        ColumnProfile.FromBytes(profile.ToBytes()).Times!.WithOffset.Should().Be(1);
    }

    [Fact]
    public void Spans_and_times_of_the_day_are_durations()
    {
        var profile = new ColumnProfile();
        profile.Add([TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(-30)]);
        profile.Add([new TimeOnly(0, 1)]);
        (profile.Times!.Shortest, profile.Times.Longest, profile.Times.Earliest).Should().Be((TimeSpan.FromSeconds(-30), TimeSpan.FromSeconds(90), null));
        profile.TopValues(3).Select(v => v.Value).Should().Contain("00:01:30");
    }

    [Fact]
    public void Lists_have_lengths_and_a_profile_of_their_values()
    {
        var profile = new ColumnProfile();
        profile.AddLists([0, 2, 2, 5, 9], new(Profiles.Bits([true, true, false, true])));
        profile.Lists!.Items.Add([1L, 2, 3, 4, 5, 6]);
        (profile.Rows, profile.Missing).Should().Be((4, 1));
        (profile.Lists.Lengths.Min, profile.Lists.Lengths.Max, profile.Lists.Lengths.Sum).Should().Be((0, 4, 6));
        var copy = profile.Clone();
        copy.Merge(profile);
        (copy.Lists!.Lengths.Sum, copy.Lists.Items.Count, profile.Lists.Items.Count).Should().Be((12, 12, 6));
        ColumnProfile.FromBytes(copy.ToBytes()).ToBytes().Should().Equal(copy.ToBytes());
        var others = new ColumnProfile();
        others.AddLists([0, 1]);
        others.Lists!.Items.Add(["x"]);
        FluentActions.Invoking(() => profile.Merge(others)).Should().Throw<ArgumentException>();
        profile.Rows.Should().Be(4);
    }

    [Fact]
    public void A_column_without_any_value_has_a_profile()
    {
        var profile = new ColumnProfile(ValueKind.Text);
        profile.AddMissing(3);
        (profile.Rows, profile.Missing, profile.Count, profile.Distinct.Value, profile.IsConstant, profile.Order).Should().Be((3, 3, 0, 0, false, ValueOrder.Unknown));
        (profile.Texts!.Min, profile.TopValues(3).Count).Should().Be((null, 0));
        ColumnProfile.FromJson(profile.ToJson()).ToBytes().Should().Equal(profile.ToBytes());
    }

    [Fact]
    public void With_values_kept_out_no_text_is_in_the_bytes()
    {
        var profile = new ColumnProfile(options: new ProfileOptions { KeepValues = false });
        profile.Add(["secret-1", "secret-2", "secret-1", null]);
        profile.Distinct.Should().Be(new DistinctCount(2, false));
        (profile.Texts!.Min, profile.Texts.Max, profile.TopValues(3).Count, profile.Order).Should().Be((null, null, 0, ValueOrder.Unknown));
        profile.Texts.Lengths.Mean.Should().Be(8);
        Encoding.Latin1.GetString(profile.ToBytes()).Should().NotContain("secret");
        profile.ToJson().Should().NotContain("secret");
        var copy = ColumnProfile.FromBytes(profile.ToBytes());
        copy.Merge(profile);
        copy.Distinct.Value.Should().Be(2);
    }
}
