using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>The columns in which true values lie.</summary>
internal static class GroundTruthColumns
{
    public static readonly IReadOnlyList<string> Names = [PredictionColumns.Id, PredictionColumns.Truth, "ground_truth.time"];

    private static readonly DatasetSchema Schema = new([new(Names[0], ColumnType.String), new(Names[1], ColumnType.Float64), new(Names[2], ColumnType.Timestamp)]);

    public static (DatasetSchema Schema, RecordBatch Rows) ToRows(IReadOnlyCollection<GroundTruth> values)
    {
        var ids = new StringArray.Builder();
        var truths = new DoubleArray.Builder();
        var times = new TimestampArray.Builder((TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp));
        foreach (var value in values)
        {
            ids.Append(value.PredictionId);
            truths.Append(value.Value);
            times.Append(value.Time);
        }

        return (Schema, new RecordBatch(Schema.ToArrow(), [ids.Build(), truths.Build(), times.Build()], values.Count));
    }
}
