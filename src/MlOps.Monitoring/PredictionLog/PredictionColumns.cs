using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Monitoring;

/// <summary>The columns in which predictions lie in the log, and how requests become rows of them.</summary>
internal static class PredictionColumns
{
    public const string OutputPrefix = "output.";
    public const string Id = "prediction.id";
    public const string Version = "prediction.version";
    public const string Time = "prediction.time";
    public const string Latency = "prediction.latency";
    public const string Caller = "prediction.caller";
    public const string Error = "prediction.error";
    public const string Truth = "ground_truth";

    /// <summary>The columns that every row has, whatever was predicted.</summary>
    public static readonly IReadOnlyList<Column> Fixed =
    [
        new(Id, ColumnType.String),
        new(Version, ColumnType.Int64),
        new(Time, ColumnType.Timestamp),
        new(Latency, ColumnType.Float64),
        new(Caller, ColumnType.String),
        new(Error, ColumnType.String),
    ];

    private static readonly HashSet<string> Reserved = [.. Fixed.Select(c => c.Name), Truth];

    /// <summary>How many rows a request takes in the log. One that failed before it had inputs takes one.</summary>
    public static int RowsOf(PredictionEntry entry)
    {
        if (entry.Inputs.Count == 0 && entry.Outputs.Count == 0) return 1;
        var rows = 0;
        foreach (var tensor in entry.Inputs) rows = Math.Max(rows, tensor.Rows);
        foreach (var tensor in entry.Outputs) rows = Math.Max(rows, tensor.Rows);
        return rows;
    }

    /// <summary>Says whether two requests have the same columns.</summary>
    public static bool AreAlike(PredictionEntry one, PredictionEntry other) => AreAlike(one.Inputs, other.Inputs) && AreAlike(one.Outputs, other.Outputs);

    /// <summary>Turns requests that are alike into rows.</summary>
    public static (DatasetSchema Schema, RecordBatch Rows) ToRows(IReadOnlyList<PredictionEntry> entries)
    {
        var columns = new List<(Column Column, IArrowArray Values)>();
        var names = new HashSet<string>(Reserved, StringComparer.Ordinal);
        var rows = entries.Select(RowsOf).ToArray();
        for (var i = 0; i < entries[0].Inputs.Count; i++) Add(columns, names, string.Empty, entries, rows, e => e.Inputs, i);
        for (var i = 0; i < entries[0].Outputs.Count; i++) Add(columns, names, OutputPrefix, entries, rows, e => e.Outputs, i);
        var ids = new StringArray.Builder();
        var versions = new Int64Array.Builder();
        var times = new TimestampArray.Builder((TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp));
        var latencies = new DoubleArray.Builder();
        var callers = new StringArray.Builder();
        var errors = new StringArray.Builder();
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            for (var row = 0; row < rows[i]; row++)
            {
                ids.Append(rows[i] == 1 ? entry.Id : $"{entry.Id}/{row}");
                versions.Append(entry.Version);
                times.Append(entry.Time);
                latencies.Append(entry.Latency.TotalSeconds);
                callers.Append(entry.Caller);
                errors.Append(entry.Error);
            }
        }

        var schema = new DatasetSchema(columns.Select(c => c.Column).Concat(Fixed));
        IArrowArray[] arrays = [.. columns.Select(c => c.Values), ids.Build(), versions.Build(), times.Build(), latencies.Build(), callers.Build(), errors.Build()];
        return (schema, new RecordBatch(schema.ToArrow(), arrays, rows.Sum()));
    }

    private static void Add(
        List<(Column Column, IArrowArray Values)> columns, HashSet<string> names, string prefix,
        IReadOnlyList<PredictionEntry> entries, int[] rows, Func<PredictionEntry, IReadOnlyList<Tensor>> side, int index)
    {
        var first = side(entries[0])[index];
        for (var element = 0; element < first.Width; element++)
        {
            var name = first.Width == 1 ? prefix + first.Name : $"{prefix}{first.Name}.{element}";
            while (!names.Add(name)) name = "input." + name; // an input that is called as a column of the log's own
            var type = TypeOf(first.Type);
            var tensors = entries.Select(e => side(e)[index]);
            columns.Add((new(name, type), type switch
            {
                ColumnType.Boolean => Booleans(tensors, rows, element),
                ColumnType.Int64 => Integers(tensors, rows, element),
                ColumnType.Float64 => Fractions(tensors, rows, element),
                _ => Texts(tensors, rows, element),
            }));
        }
    }

    private static ColumnType TypeOf(TensorType type) => type switch
    {
        TensorType.Bool => ColumnType.Boolean,
        TensorType.Int64 => ColumnType.Int64,
        TensorType.Float32 or TensorType.Float64 => ColumnType.Float64,
        _ => ColumnType.String,
    };

    private static bool AreAlike(IReadOnlyList<Tensor> one, IReadOnlyList<Tensor> other)
    {
        if (one.Count != other.Count) return false;
        for (var i = 0; i < one.Count; i++)
        {
            if (one[i].Type != other[i].Type || one[i].Width != other[i].Width || one[i].Name != other[i].Name) return false;
        }

        return true;
    }

    // A request that was refused may hold inputs of different lengths: what one lacks is missing.
    private static IEnumerable<(Tensor? Tensor, int Index)> Elements(IEnumerable<Tensor> tensors, int[] rows, int element)
    {
        var entry = 0;
        foreach (var tensor in tensors)
        {
            for (var row = 0; row < rows[entry]; row++)
            {
                var index = (row * tensor.Width) + element;
                yield return row < tensor.Rows && !tensor.IsMissing(index) ? (tensor, index) : (null, 0);
            }

            entry++;
        }
    }

    private static BooleanArray Booleans(IEnumerable<Tensor> tensors, int[] rows, int element)
    {
        var builder = new BooleanArray.Builder();
        foreach (var (tensor, index) in Elements(tensors, rows, element))
        {
            if (tensor is Tensor<bool> t) builder.Append(t.Values[index]);
            else builder.AppendNull();
        }

        return builder.Build();
    }

    private static Int64Array Integers(IEnumerable<Tensor> tensors, int[] rows, int element)
    {
        var builder = new Int64Array.Builder();
        foreach (var (tensor, index) in Elements(tensors, rows, element))
        {
            if (tensor is Tensor<long> t) builder.Append(t.Values[index]);
            else builder.AppendNull();
        }

        return builder.Build();
    }

    private static DoubleArray Fractions(IEnumerable<Tensor> tensors, int[] rows, int element)
    {
        var builder = new DoubleArray.Builder();
        foreach (var (tensor, index) in Elements(tensors, rows, element))
        {
            if (tensor is Tensor<double> d) builder.Append(d.Values[index]);
            else if (tensor is Tensor<float> f) builder.Append(f.Values[index]);
            else builder.AppendNull();
        }

        return builder.Build();
    }

    private static StringArray Texts(IEnumerable<Tensor> tensors, int[] rows, int element)
    {
        var builder = new StringArray.Builder();
        foreach (var (tensor, index) in Elements(tensors, rows, element))
        {
            if (tensor is Tensor<string?> t) builder.Append(t.Values[index]);
            else builder.AppendNull();
        }

        return builder.Build();
    }
}
