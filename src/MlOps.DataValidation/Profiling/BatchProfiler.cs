using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Adds batches to the profile of a dataset: columns side by side where there is enough to do. Used by one thread at a time.</summary>
internal sealed class BatchProfiler
{
    /// <summary>Below so many values a batch is profiled on the thread that brings it.</summary>
    private const long ParallelFrom = 131_072;

    private readonly ProfilingOptions _options;
    private Schema? _schema;
    private (int Index, ColumnProfile Profile)[] _columns = [];

    public BatchProfiler(ProfilingOptions options)
    {
        _options = options;
        Profile = new(options.Statistics);
    }

    public DatasetProfile Profile { get; }

    /// <exception cref="DataException">A column is missing, stands twice, or changed its type.</exception>
    public void Add(RecordBatch batch)
    {
        if (!ReferenceEquals(batch.Schema, _schema)) Open(batch.Schema);
        Profile.AddRows(batch.Length);
        if (_columns.Length < 2 || _options.MaxParallelism == 1 || (long)batch.Length * _columns.Length < ParallelFrom)
        {
            foreach (var column in _columns) Add(column, batch);
        }
        else
        {
            try
            {
                Parallel.ForEach(_columns, new ParallelOptions { MaxDegreeOfParallelism = _options.MaxParallelism }, column => Add(column, batch));
            }
            catch (AggregateException e) when (e.InnerException is DataException)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerException);
            }
        }

        PairProfiler.Add(Profile, batch, _options);
        GC.KeepAlive(batch); // the caller's, perhaps in native memory: the kernels hold spans of it only
    }

    private static void Add((int Index, ColumnProfile Profile) column, RecordBatch batch)
    {
        try
        {
            ArrowColumn.Add(column.Profile, batch.Column(column.Index));
        }
        catch (ArgumentException e)
        {
            var name = batch.Schema.GetFieldByIndex(column.Index).Name;
            throw new DataException($"Column '{name}' cannot be profiled: {e.Message}", e) { Column = name };
        }
    }

    private void Open(Schema schema)
    {
        var twice = schema.FieldsList.GroupBy(f => f.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw new DataException($"Column '{twice.Key}' stands twice in the data. Rename or drop one of the two.") { Column = twice.Key };
        var names = _options.Columns ?? [.. schema.FieldsList.Select(f => f.Name)];
        _columns = [.. names.Select(name => (IndexOf(schema, name), Profile.Column(name)))];
        _schema = schema;
    }

    private static int IndexOf(Schema schema, string name)
    {
        for (var i = 0; i < schema.FieldsList.Count; i++)
        {
            if (schema.FieldsList[i].Name == name) return i;
        }

        throw new DataException($"There is no column '{name}' to profile. The data has: {string.Join(", ", schema.FieldsList.Select(f => f.Name))}.") { Column = name };
    }
}
