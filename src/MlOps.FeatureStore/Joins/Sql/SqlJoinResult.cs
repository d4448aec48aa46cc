using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Takes the batches of a join apart: it checks that each row is there once and in its place, counts leakage, and gives the columns their names.</summary>
internal sealed class SqlJoinResult(Schema schema, IReadOnlyList<string> countedViews, LeakageCounter leakage)
{
    private readonly long[] _matched = new long[countedViews.Count];
    private readonly long[] _late = new long[countedViews.Count];
    private long _count;
    private long _total;

    /// <summary>Takes a batch.</summary>
    /// <exception cref="StoreException">A row lacks, comes twice or stands elsewhere.</exception>
    /// <exception cref="DataException">A feature has another type than its view says.</exception>
    public RecordBatch Take(RecordBatch batch)
    {
        var numbers = ((Int64Array)batch.Column(0)).Values;
        foreach (var number in numbers)
        {
            if (number != ++_count) throw new StoreException($"The warehouse gave row {number} where row {_count} was expected. The training set was not made; this is an error of the engine or of MlOps.Sdk, please report it.");
        }

        if (batch.Length > 0) _total = ((Int64Array)batch.Column(1)).Values[0];
        var first = 2;
        var columns = new IArrowArray[schema.FieldsList.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = batch.Column(first + i);
            var field = schema.GetFieldByIndex(i);
            if (columns[i].Data.DataType.TypeId != field.DataType.TypeId)
                throw new DataException($"Feature '{field.Name}' came out of the warehouse as {columns[i].Data.DataType.Name}, and its view says {field.DataType.Name}. Cast its column in the query of the source, or change the view.") { Column = field.Name };
        }

        first += columns.Length;
        for (var i = 0; i < countedViews.Count; i++)
        {
            _matched[i] += CountTrue((BooleanArray)batch.Column(first + (2 * i)));
            _late[i] += CountTrue((BooleanArray)batch.Column(first + (2 * i) + 1));
        }

        return new(schema, columns, batch.Length);
    }

    /// <summary>Says that the last batch was taken.</summary>
    /// <exception cref="StoreException">Rows lack.</exception>
    public void End()
    {
        if (_count != _total) throw new StoreException($"The warehouse gave {_count} of {_total} rows. The training set was not made; this is an error of the engine or of MlOps.Sdk, please report it.");
        for (var i = 0; i < countedViews.Count; i++) leakage.Add(countedViews[i], _matched[i], _late[i]);
    }

    private static long CountTrue(BooleanArray flags)
    {
        var count = 0L;
        for (var i = 0; i < flags.Length; i++) count += flags.GetValue(i) == true ? 1 : 0;
        return count;
    }
}
