using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Finds how old the newest row is that a version was trained on.</summary>
internal static class NewestRow
{
    /// <summary>Reads the column of times of the training data; null when there is none, or it has no value.</summary>
    public static async Task<DateTimeOffset?> ReadAsync(IDatasetStore datasets, MonitorContext context, string? column, CancellationToken cancellationToken)
    {
        if (context.Data("training") is not { } data) return null;
        var times = data.Schema.Where(c => c.Type is ColumnType.Timestamp or ColumnType.Date).OrderBy(c => c.Type == ColumnType.Date).ToList();
        if ((column is null ? times.FirstOrDefault() : times.Find(c => c.Name == column)) is not { } chosen) return null;
        DateTimeOffset? newest = null;
        await foreach (var batch in datasets.ReadAsync(data, [chosen.Name], cancellationToken).ConfigureAwait(false))
        {
            var array = batch.Column(0);
            for (var row = 0; row < array.Length; row++)
            {
                var time = array switch { TimestampArray t => t.GetTimestamp(row), Date32Array d => d.GetDateTimeOffset(row), _ => null };
                if (time is not null && (newest is null || time > newest)) newest = time;
            }
        }

        return newest;
    }
}
