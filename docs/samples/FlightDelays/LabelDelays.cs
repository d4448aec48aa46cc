using Apache.Arrow;
using MlOps.Core;

namespace FlightDelays;

/// <summary>Says of each flight whether it arrived more than fifteen minutes late, and forgets the delay itself, which nobody knows at departure.</summary>
public sealed record LabelDelays : IDataTransformer
{
    public const int LateMinutes = 15;

    public DatasetSchema GetOutputSchema(DatasetSchema input) =>
        new(input.Where(column => column.Name != "delay").Append(new("delayed", ColumnType.Boolean)));

    public RecordBatch Apply(RecordBatch batch)
    {
        var delays = (Int64Array)batch.Column("delay");
        var delayed = new BooleanArray.Builder();
        for (var i = 0; i < batch.Length; i++)
        {
            if (delays.GetValue(i) is { } minutes) delayed.Append(minutes > LateMinutes);
            else delayed.AppendNull();
        }

        var schema = DatasetSchema.FromArrow(batch.Schema);
        var kept = schema.Where(column => column.Name != "delay").Select(column => batch.Column(column.Name));
        return new RecordBatch(GetOutputSchema(schema).ToArrow(), [.. kept, delayed.Build()], batch.Length);
    }
}
