using CsCheck;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests;

public sealed class RowCodecTests
{
    private static readonly Feature[] All = [.. Enum.GetValues<ColumnType>().Select(t => new Feature($"{t}", t))];

    private static readonly Gen<FeatureValue> AnyText = Gen.String[Gen.Char['a', 'z'], 0, 30].Select(t => (FeatureValue)t);

    [Fact]
    public void Every_value_of_every_type_is_read_as_it_was_written() =>
        Gen.Select(Gen.Int[0, 20], Gen.Int).Select((count, seed) => Values(count, new Random(seed))).Sample(sample =>
        {
            var layout = new RowLayout(View(sample.Features));
            var bytes = RowCodec.Write(layout, sample.Values);
            if (!RowCodec.TryOpen(layout, bytes, out var row)) return false;
            for (var i = 0; i < sample.Values.Length; i++)
            {
                if (row[i] != sample.Values[i]) return false;
            }

            return true;
        });

    [Fact]
    public void Bytes_that_are_cut_off_anywhere_are_an_error_of_ours_or_read_as_they_were()
    {
        var layout = new RowLayout(View(All));
        var bytes = RowCodec.Write(layout, Some());
        for (var length = 0; length < bytes.Length; length++)
        {
            var part = bytes[..length];
            ((Action)(() => ReadAll(layout, part))).Should().Throw<DataException>().WithMessage("*damaged*");
        }
    }

    [Fact]
    public void Bytes_that_are_damaged_anywhere_never_throw_anything_else()
    {
        var layout = new RowLayout(View(All));
        Gen.Select(Gen.Int[0, RowCodec.Write(layout, Some()).Length - 1], Gen.Byte).Sample((place, value) =>
        {
            var bytes = RowCodec.Write(layout, Some());
            bytes[place] = value;
            try
            {
                ReadAll(layout, bytes);
            }
            catch (DataException)
            {
                // decided
            }
        });
    }

    [Fact]
    public void Foreign_bytes_are_no_row_of_ours()
    {
        var layout = new RowLayout(View(All));
        RowCodec.TryOpen(layout, "{\"mean\": 1.5, \"count\": 3}"u8, out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("b", ColumnType.Int64)]
    [InlineData("a", ColumnType.Float64)]
    public void A_row_of_other_features_is_not_opened(string name, ColumnType type)
    {
        var bytes = RowCodec.Write(new(View([new("a", ColumnType.Int64)])), [1L]);
        RowCodec.TryOpen(new(View([new(name, type)])), bytes, out _).Should().BeFalse();
    }

    [Fact]
    public void A_row_of_the_same_features_in_another_order_is_not_opened()
    {
        Feature[] features = [new("a", ColumnType.Int64), new("b", ColumnType.Int64)];
        var bytes = RowCodec.Write(new(View(features)), [1L, 2L]);
        RowCodec.TryOpen(new(View([features[1], features[0]])), bytes, out _).Should().BeFalse();
    }

    [Fact]
    public void Each_value_of_a_view_that_skips_missing_ones_has_times_of_its_own()
    {
        var layout = new RowLayout(View([new("a", ColumnType.Int64), new("b", ColumnType.String)]) with { SkipsNulls = true });
        var bytes = RowCodec.Write(layout, [1L, "x"], [10, 20], [11, long.MinValue]);
        RowCodec.TryOpen(layout, bytes, out var row).Should().BeTrue();
        (row.EventTimeOf(0), row.EventTimeOf(1), row.CreatedTimeOf(0), row.CreatedTimeOf(1)).Should().Be((10, 20, 11, long.MinValue));
        (row[0], row[1]).Should().Be(((FeatureValue)1L, (FeatureValue)"x"));
    }

    [Fact]
    public void Fifty_numbers_take_up_eight_bytes_each_and_sixteen_more()
    {
        var layout = new RowLayout(View([.. Enumerable.Range(0, 50).Select(i => new Feature($"f{i}", ColumnType.Float64))]));
        RowCodec.Write(layout, [.. Enumerable.Range(0, 50).Select(i => (FeatureValue)(double)i)]).Should().HaveCount(416);
    }

    [Fact]
    public void A_value_of_another_type_is_refused()
    {
        var act = () => RowCodec.Write(new(View([new("a", ColumnType.Float64)])), [1L]);
        act.Should().Throw<DataException>().WithMessage("*'a'*Float64*Int64*");
    }

    [Fact]
    public void Half_a_character_is_refused_rather_than_changed()
    {
        var act = () => RowCodec.Write(new(View([new("a", ColumnType.String)])), ["\uD83D"]);
        act.Should().Throw<DataException>().WithMessage("*'a'*half a character*");
    }

    [Fact]
    public void Keys_of_different_values_differ()
    {
        Column[] keys = [new("a", ColumnType.String), new("b", ColumnType.String)];
        Gen.Select(AnyText, AnyText, AnyText, AnyText).Sample((a, b, c, d) =>
            EntityKey.Write(keys, [a, b])!.AsSpan().SequenceEqual(EntityKey.Write(keys, [c, d])) == (a == c && b == d));
        EntityKey.Write(keys, ["1", "12"]).Should().NotEqual(EntityKey.Write(keys, ["11", "2"]));
    }

    [Fact]
    public void Half_a_character_names_no_entity()
    {
        var act = () => EntityKey.Write([new("a", ColumnType.String)], ["\uD83D"]);
        act.Should().Throw<DataException>().WithMessage("*'a'*half a character*");
    }

    private static FeatureView View(Feature[] features) => new()
    {
        Name = "v",
        Entities = [new("e", [new("id", ColumnType.Int64)])],
        Source = FeatureSource.Pushed(),
        EventTime = "time",
        Features = features,
    };

    private static FeatureValue[] Some() =>
        [true, 5L, double.NaN, 79228162514264337593543950335m, "Größe 東京", new DateOnly(1969, 12, 31), DateTimeOffset.UnixEpoch.AddMicroseconds(-1), new byte[] { 0, 255, 7 }];

    private static void ReadAll(RowLayout layout, byte[] bytes)
    {
        if (!RowCodec.TryOpen(layout, bytes, out var row)) return;
        for (var i = 0; i < layout.Columns.Length; i++) _ = row[i];
    }

    private static (Feature[] Features, FeatureValue[] Values) Values(int count, Random random)
    {
        var some = Some();
        var types = Enumerable.Range(0, count).Select(_ => random.Next(All.Length)).ToArray();
        return (
            [.. types.Select((t, i) => new Feature($"f{i}", (ColumnType)t))],
            [.. types.Select(t => random.Next(3) == 0 ? default : (ColumnType)t switch
            {
                ColumnType.Int64 => random.NextInt64(long.MinValue, long.MaxValue),
                ColumnType.Float64 => BitConverter.Int64BitsToDouble(random.NextInt64()),
                ColumnType.String => string.Concat(Enumerable.Repeat("ä", random.Next(4))),
                ColumnType.Decimal => new decimal(random.Next(), random.Next(), random.Next(), random.Next(2) == 0, (byte)random.Next(29)),
                ColumnType.Binary => new byte[random.Next(5)],
                _ => some[t],
            })]);
    }
}
