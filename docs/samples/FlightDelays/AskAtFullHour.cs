using Apache.Arrow;
using MlOps.Core;

namespace FlightDelays;

/// <summary>Says when the delay of each flight is predicted: at the full hour before its departure. Features are taken as of then, in training as in service.</summary>
public sealed record AskAtFullHour : IDataTransformer
{
    public const string Column = "asked";

    public static DateTimeOffset Of(DateTimeOffset departure) => new(departure.Year, departure.Month, departure.Day, departure.Hour, 0, 0, TimeSpan.Zero);

    public DatasetSchema GetOutputSchema(DatasetSchema input) => new(input.Append(new(Column, ColumnType.Timestamp)));

    public RecordBatch Apply(RecordBatch batch)
    {
        var dates = (TimestampArray)batch.Column("date");
        var schema = GetOutputSchema(DatasetSchema.FromArrow(batch.Schema)).ToArrow();
        var asked = new TimestampArray.Builder((Apache.Arrow.Types.TimestampType)schema.GetFieldByName(Column).DataType);
        for (var i = 0; i < batch.Length; i++)
        {
            if (dates.GetTimestamp(i) is { } date) asked.Append(Of(date));
            else asked.AppendNull();
        }

        return new RecordBatch(schema, [.. batch.Arrays, asked.Build()], batch.Length);
    }
}
