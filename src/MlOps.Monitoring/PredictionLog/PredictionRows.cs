using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Monitoring;

/// <summary>Requests that have the same columns, gathered as rows of them. A request can be forgotten as soon as it was added, so that many waiting ones take little memory.</summary>
internal sealed class PredictionRows
{
    private readonly TensorSpec[] _inputs;
    private readonly TensorSpec[] _outputs;
    private readonly List<Column> _names = [];
    private readonly List<ValueColumn> _columns = [];
    private readonly ValueColumn[][] _inputColumns;
    private readonly ValueColumn[][] _outputColumns;
    private readonly TextColumn _ids = new();
    private readonly Int64Array.Builder _versions = new();
    private readonly TimestampArray.Builder _times = new((TimestampType)DatasetSchema.ToArrow(ColumnType.Timestamp));
    private readonly DoubleArray.Builder _latencies = new();
    private readonly TextColumn _callers = new();
    private readonly TextColumn _errors = new();

    /// <summary>Starts with the columns that a request has, but without its rows.</summary>
    public PredictionRows(PredictionEntry like)
    {
        _inputs = Shapes(like.Inputs);
        _outputs = Shapes(like.Outputs);
        var names = new HashSet<string>(PredictionColumns.Reserved, StringComparer.Ordinal);
        _inputColumns = [.. _inputs.Select(i => CreateColumns(i, string.Empty, names))];
        _outputColumns = [.. _outputs.Select(o => CreateColumns(o, PredictionColumns.OutputPrefix, names))];
    }

    /// <summary>Gets how many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>Says whether a request has these columns.</summary>
    public bool Fits(PredictionEntry entry) => AreAlike(_inputs, entry.Inputs) && AreAlike(_outputs, entry.Outputs);

    /// <summary>Adds a request.</summary>
    /// <param name="entry">The request, which must fit.</param>
    /// <param name="rows">How many rows it takes.</param>
    public void Add(PredictionEntry entry, int rows)
    {
        for (var i = 0; i < _inputColumns.Length; i++) Add(_inputColumns[i], entry.Inputs[i], rows);
        for (var i = 0; i < _outputColumns.Length; i++) Add(_outputColumns[i], entry.Outputs[i], rows);
        for (var row = 0; row < rows; row++)
        {
            _ids.Add(rows == 1 ? entry.Id : $"{entry.Id}/{row}");
            _versions.Append(entry.Version);
            _times.Append(entry.Time);
            _latencies.Append(entry.Latency.TotalSeconds);
            _callers.Add(entry.Caller);
            _errors.Add(entry.Error);
        }

        Count += rows;
    }

    /// <summary>Gives all rows; more can be added afterwards.</summary>
    public (DatasetSchema Schema, RecordBatch Rows) Build()
    {
        var schema = new DatasetSchema(_names.Concat(PredictionColumns.Fixed));
        IArrowArray[] arrays = [.. _columns.Select(c => c.Build()), _ids.Build(), _versions.Build(), _times.Build(), _latencies.Build(), _callers.Build(), _errors.Build()];
        return (schema, new RecordBatch(schema.ToArrow(), arrays, Count));
    }

    /// <summary>Forgets the rows. The memory stays, for the next ones.</summary>
    public void Clear()
    {
        foreach (var column in _columns) column.Clear();
        foreach (var column in (TextColumn[])[_ids, _callers, _errors]) column.Clear();
        _versions.Clear();
        _times.Clear();
        _latencies.Clear();
        Count = 0;
    }

    private static void Add(ValueColumn[] elements, Tensor tensor, int rows)
    {
        for (var element = 0; element < elements.Length; element++)
        {
            for (var row = 0; row < rows; row++)
            {
                // A request that was refused may hold inputs of different lengths: what one lacks is missing.
                var index = (row * tensor.Width) + element;
                if (row < tensor.Rows && !tensor.IsMissing(index)) elements[element].Add(tensor, index);
                else elements[element].AddMissing();
            }
        }
    }

    private static TensorSpec[] Shapes(IReadOnlyList<Tensor> tensors) => [.. tensors.Select(t => new TensorSpec(t.Name, t.Type, t.Width))];

    private static bool AreAlike(TensorSpec[] shapes, IReadOnlyList<Tensor> tensors)
    {
        if (shapes.Length != tensors.Count) return false;
        for (var i = 0; i < shapes.Length; i++)
        {
            var tensor = tensors[i];
            if (shapes[i].Type != tensor.Type || shapes[i].Width != tensor.Width || shapes[i].Name != tensor.Name) return false;
        }

        return true;
    }

    private ValueColumn[] CreateColumns(TensorSpec shape, string prefix, HashSet<string> names)
    {
        var elements = new ValueColumn[shape.Width];
        for (var element = 0; element < elements.Length; element++)
        {
            var name = shape.Width == 1 ? prefix + shape.Name : $"{prefix}{shape.Name}.{element}";
            while (!names.Add(name)) name = "input." + name; // an input that is called as a column of the log's own
            var (type, column) = ValueColumn.Create(shape.Type);
            _names.Add(new(name, type));
            _columns.Add(elements[element] = column);
        }

        return elements;
    }
}
