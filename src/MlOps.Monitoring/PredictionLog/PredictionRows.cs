using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Monitoring;

/// <summary>Requests that have the same columns, gathered as rows of them.</summary>
internal sealed class PredictionRows
{
    private readonly List<Column> _names = [];
    private readonly List<ValueColumn> _columns = [];
    private readonly ValueColumn[][] _inputs;
    private readonly ValueColumn[][] _outputs;
    private readonly TextColumn _ids = new();
    private readonly WordColumn _versions = new(WordColumn.Integers);
    private readonly WordColumn _times = new(WordColumn.Moments);
    private readonly WordColumn _latencies = new(WordColumn.Fractions);
    private readonly TextColumn _callers = new();
    private readonly TextColumn _errors = new();
    private readonly TextColumn _variants = new();
    private readonly TextColumn _traces = new();
    private readonly TextColumn _subjects = new();
    private readonly TextColumn _schemas = new();
    private readonly ValueColumn[] _own;
    private LoggedColumns? _last;
    private byte[] _caller = [];
    private byte[]? _variant;
    private byte[]? _schema;

    /// <summary>Starts with columns, without rows.</summary>
    public PredictionRows(LoggedColumns columns)
    {
        var names = new HashSet<string>([.. PredictionColumns.Own.Select(c => c.Name), PredictionColumns.Truth, PredictionColumns.TruthTime], StringComparer.Ordinal);
        Key = columns.Key;
        _inputs = [.. columns.Inputs.Select(i => CreateColumns(i, string.Empty, names))];
        _outputs = [.. columns.Outputs.Select(o => CreateColumns(o, PredictionColumns.OutputPrefix, names))];
        _own = [_ids, _versions, _times, _latencies, _callers, _errors, _variants, _traces, _subjects, _schemas];
        Schema = new(_names.Concat(PredictionColumns.Own));
    }

    /// <summary>Gets what the columns have in common with others that are the same.</summary>
    public string Key { get; }

    public DatasetSchema Schema { get; }

    /// <summary>Gets how many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>Gets how many of them callers were answered with.</summary>
    public int Answers { get; private set; }

    /// <summary>Adds a request from its record, behind the kind, the number of its columns, its rows and its time.</summary>
    public void Add(LoggedColumns columns, int rows, long time, bool isPart, ref RecordReader reader)
    {
        Know(columns);
        var numbers = MemoryMarshal.Cast<byte, long>(isPart ? reader.Bytes(checked(rows * sizeof(long))) : default);
        var latency = BitConverter.DoubleToInt64Bits(new TimeSpan(reader.Int64()).TotalSeconds);
        var id = reader.Utf8(out _);
        var error = reader.Utf8(out var isFine);
        var trace = reader.Utf8(out var isUntraced);
        AddSubjects(rows, ref reader);
        Span<byte> number = stackalloc byte[21];
        number[0] = (byte)'/';
        for (var row = 0; row < rows; row++)
        {
            if (rows == 1 && !isPart) _ids.Add(id);
            else
            {
                Utf8Formatter.TryFormat(isPart ? numbers[row] : row, number[1..], out var digits);
                _ids.Add(id, number[..(digits + 1)]);
            }

            _versions.Add(columns.Version);
            _times.Add(time);
            _latencies.Add(latency);
            _callers.Add(_caller);
            Add(_errors, error, isFine);
            Add(_variants, _variant, _variant is null);
            Add(_traces, trace, isUntraced);
            Add(_schemas, _schema, _schema is null);
        }

        foreach (var input in _inputs) Add(input, rows, ref reader);
        foreach (var output in _outputs) Add(output, rows, ref reader);
        Count += rows;
        if (columns.Variant != PredictionVariants.Shadow) Answers += rows;
    }

    /// <summary>Gives all rows; they are valid until more are added or they are forgotten.</summary>
    public RecordBatch Build() => new(Schema.ToArrow(), _columns.Concat(_own).Select(c => c.Build()), Count);

    /// <summary>Forgets the rows. The memory stays, for the next ones.</summary>
    public void Clear()
    {
        foreach (var column in _columns) column.Clear();
        foreach (var column in _own) column.Clear();
        (Count, Answers) = (0, 0);
    }

    private static void Add(TextColumn column, ReadOnlySpan<byte> utf8, bool isMissing)
    {
        if (isMissing) column.AddMissing();
        else column.Add(utf8);
    }

    private static void Add(ValueColumn[] elements, int rows, ref RecordReader reader)
    {
        if (reader.Byte() == RequestRecord.Flagged)
        {
            AddFlagged(elements, rows, ref reader);
            return;
        }

        for (var row = 0; row < rows; row++)
        {
            foreach (var element in elements) element.Read(ref reader);
        }
    }

    // A request that was refused may hold inputs of different lengths: what one lacks is missing.
    private static void AddFlagged(ValueColumn[] elements, int rows, ref RecordReader reader)
    {
        var own = reader.Int32();
        var flags = reader.Bytes(own * elements.Length);
        for (var row = 0; row < rows; row++)
        {
            for (var element = 0; element < elements.Length; element++)
            {
                if (row >= own) elements[element].AddMissing();
                else if (flags[(row * elements.Length) + element] != 0) elements[element].ReadMissing(ref reader);
                else elements[element].Read(ref reader);
            }
        }
    }

    private void AddSubjects(int rows, ref RecordReader reader)
    {
        var kind = reader.Byte();
        var isMissing = true;
        var subject = kind == RequestRecord.OneSubject ? reader.Utf8(out isMissing) : default;
        for (var row = 0; row < rows; row++)
        {
            if (kind == RequestRecord.RowSubjects) _subjects.Read(ref reader);
            else Add(_subjects, subject, isMissing);
        }
    }

    private void Know(LoggedColumns columns)
    {
        if (ReferenceEquals(columns, _last)) return;
        _last = columns;
        _caller = Encoding.UTF8.GetBytes(columns.Caller);
        _variant = columns.Variant is { } variant ? Encoding.UTF8.GetBytes(variant) : null;
        _schema = columns.SchemaHash is { } schema ? Encoding.UTF8.GetBytes(schema) : null;
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
