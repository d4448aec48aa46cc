using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>The columns in which true values lie.</summary>
internal static class GroundTruthColumns
{
    public static readonly IReadOnlyList<string> Names = [PredictionColumns.Id, PredictionColumns.Truth, PredictionColumns.TruthTime];

    public static readonly DatasetSchema Schema = new([new(PredictionColumns.Id, ColumnType.String), new(PredictionColumns.Truth, ColumnType.Float64), new(PredictionColumns.TruthTime, ColumnType.Timestamp)]);

    public static RecordBatch ToRows(IReadOnlyCollection<GroundTruth> values)
    {
        var ids = new TextColumn();
        var truths = new WordColumn(WordColumn.Fractions);
        var times = new WordColumn(WordColumn.Moments);
        foreach (var value in values)
        {
            ids.Add(value.PredictionId);
            truths.Add(BitConverter.DoubleToInt64Bits(value.Value));
            times.Add((value.Time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        }

        return new(Schema.ToArrow(), [ids.Build(), truths.Build(), times.Build()], values.Count);
    }
}
