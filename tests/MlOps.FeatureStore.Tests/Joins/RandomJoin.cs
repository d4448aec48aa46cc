using Apache.Arrow;
using CsCheck;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests;

/// <summary>A random join with ties, missing values, composite keys and times on both sides of 1970, and what the rules give for it.</summary>
internal sealed record RandomJoin(FeatureView View, RecordBatch Rows, RecordBatch Events, bool CreatedBeforeRow, List<FeatureValue[]> Expected)
{
    private static readonly Column[][] Keys =
    [
        [new("a", ColumnType.Int64)],
        [new("a", ColumnType.String)],
        [new("a", ColumnType.Int64), new("b", ColumnType.Int64)],
        [new("a", ColumnType.String), new("b", ColumnType.String)],
        [new("a", ColumnType.Date), new("b", ColumnType.Boolean), new("c", ColumnType.Timestamp)],
    ];

    public static Gen<RandomJoin> Of(IReadOnlyList<ColumnType> featureTypes) =>
        from seed in Gen.Int
        from keys in Gen.Int[0, Keys.Length - 1]
        from rows in Gen.Int[0, 40]
        from events in Gen.Int[0, 120]
        from timeToLive in Gen.Int[0, 4].Select(i => new long?[] { null, 0, 1, 3, 10 }[i])
        from flags in Gen.Int[0, 7]
        select Make(new(seed), Keys[keys], featureTypes, rows, events, timeToLive, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);

    private static RandomJoin Make(Random random, Column[] keys, IReadOnlyList<ColumnType> types, int rowCount, int eventCount, long? timeToLive, bool hasCreated, bool createdBeforeRow, bool skipsNulls)
    {
        long Time() => random.Next(-10, 10);
        FeatureValue[] Key() => [.. keys.Select(k => random.Next(12) == 0 ? default : Value(random, k.Type, 3))];
        createdBeforeRow &= hasCreated;
        var rows = Enumerable.Range(0, rowCount).Select(_ => (Keys: Key(), Time: Time())).ToList();
        var events = Enumerable.Range(0, eventCount).Select(_ => new NaiveEvent(
            Key(),
            random.Next(20) == 0 ? null : Time(),
            hasCreated && random.Next(6) > 0 ? Time() : null,
            [.. types.Select(t => random.Next(3) == 0 ? default : Value(random, t, 1000))])).ToList();
        Column[] features = [.. types.Select((t, i) => new Column($"v{i}", t))];
        Column[] eventColumns = [.. keys, new("at", ColumnType.Timestamp), new("written", ColumnType.Timestamp), .. features];
        var view = new FeatureView
        {
            Name = "random",
            Entities = [new("entity", keys)],
            Source = FeatureSource.Pushed(),
            EventTime = "at",
            CreatedTime = hasCreated ? "written" : null,
            TimeToLive = timeToLive is { } limit ? TimeSpan.FromMicroseconds(limit) : null,
            SkipsNulls = skipsNulls,
            Features = [.. features.Select(f => new Feature(f.Name, f.Type))],
        };
        return new(
            view,
            Tables.Batch([.. keys, new("time", ColumnType.Timestamp)], [.. rows.Select(r => (FeatureValue[])[.. r.Keys, Micros(r.Time)])]),
            Tables.Batch(eventColumns, [.. events.Select(e => (FeatureValue[])[.. e.Keys, Micros(e.Time), Micros(e.Created), .. e.Values])]),
            createdBeforeRow,
            NaiveJoin.Join(rows, events, timeToLive is 0 ? null : timeToLive, createdBeforeRow, skipsNulls, types.Count));
    }

    private static FeatureValue Micros(long? time) => time is { } there ? FeatureValue.FromBits(ColumnType.Timestamp, there) : default;

    private static FeatureValue Value(Random random, ColumnType type, int different)
    {
        var number = random.Next(different);
        return type switch
        {
            ColumnType.Boolean => number % 2 == 0,
            ColumnType.Int64 => (long)number,
            ColumnType.Float64 => number / 7.0,
            ColumnType.Decimal => number / 8m,
            ColumnType.String => new string('x', number % 17) + number,
            ColumnType.Date => new DateOnly(1970, 1, 1).AddDays(number - 1),
            ColumnType.Timestamp => FeatureValue.FromBits(type, number - 1),
            _ => BitConverter.GetBytes(number),
        };
    }
}
