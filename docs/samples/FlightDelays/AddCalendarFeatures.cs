using Apache.Arrow;
using MlOps.Core;

namespace FlightDelays;

/// <summary>What the published time of departure says: the hour of the day, with minutes as a fraction, and the day of the week.</summary>
/// <remarks>Written once: the same code prepares the training rows and every request.</remarks>
public sealed record AddCalendarFeatures : IDataTransformer
{
    public DatasetSchema GetOutputSchema(DatasetSchema input)
    {
        if (input["date"].Type != ColumnType.Timestamp) throw new DataException("Column 'date' must be a time.") { Column = "date" };
        return new(input.Concat([new("hour", ColumnType.Float64), new("weekday", ColumnType.Int64)]));
    }

    public RecordBatch Apply(RecordBatch batch)
    {
        var dates = (TimestampArray)batch.Column("date");
        var (hours, weekdays) = (new DoubleArray.Builder(), new Int64Array.Builder());
        for (var i = 0; i < batch.Length; i++)
        {
            var date = dates.GetTimestamp(i);
            hours.Append(date?.TimeOfDay.TotalHours);
            weekdays.Append(date is { } day ? (long)day.DayOfWeek : null);
        }

        var schema = GetOutputSchema(DatasetSchema.FromArrow(batch.Schema)).ToArrow();
        return new RecordBatch(schema, [.. batch.Arrays, hours.Build(), weekdays.Build()], batch.Length);
    }
}
