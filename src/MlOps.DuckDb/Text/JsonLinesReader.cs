using System.Text.Json;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.DuckDb;

/// <summary>Reads a file with one JSON object a line.</summary>
internal sealed class JsonLinesReader : IDisposable
{
    private const int LongestLine = 64 * 1024 * 1024;
    private readonly string _path;
    private readonly FileStream _stream;
    private byte[] _buffer = new byte[128 * 1024];
    private byte[] _text = new byte[4 * 1024];
    private int _start;
    private int _end;
    private long _row;
    private bool _streamEnded;

    public JsonLinesReader(string path)
    {
        _path = path;
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
    }

    /// <summary>Finds the members of all objects and their types.</summary>
    /// <exception cref="DataException">A line is no object, or a member is an object or array.</exception>
    public static DatasetSchema Infer(string path, CancellationToken cancellationToken)
    {
        using var reader = new JsonLinesReader(path);
        var names = new List<string>();
        var types = new Dictionary<string, TypeInference>(StringComparer.Ordinal);
        while (reader.NextLine(out var line))
        {
            cancellationToken.ThrowIfCancellationRequested();
            reader.ReadLine(line, (name, isPresent, text, quoted) =>
            {
                if (!types.TryGetValue(name, out var type))
                {
                    types.Add(name, type = new());
                    names.Add(name);
                }

                if (isPresent) type.See(text, quoted);
            });
        }

        return new(names.Select(name => new Column(name, types[name].Type)));
    }

    /// <summary>Reads on.</summary>
    /// <returns>A batch; null at the end.</returns>
    /// <exception cref="DataException">A line is no object, or a value is not of its type.</exception>
    public RecordBatch? Next(Schema schema, DatasetSchema types, TextColumn[] columns)
    {
        var rows = 0;
        var seen = new bool[columns.Length];
        while (rows < RowBatch.Rows && !columns.Any(c => c.ByteCount > RowBatch.Bytes) && NextLine(out var line))
        {
            System.Array.Clear(seen);
            ReadLine(line, (name, isPresent, text, quoted) =>
            {
                if (!types.Contains(name)) return;
                var i = types.IndexOf(name);
                if (seen[i]) throw Error($"has two members '{name}'. Remove one of the two.", name);
                seen[i] = true;
                if (!isPresent) columns[i].AddNull();
                else if (!Fits(columns[i].Type, quoted) || !columns[i].TryAdd(text))
                    throw Error($"holds in member '{name}' a value that is not of the type {columns[i].Type}. Correct the file or declare the column as String.", name);
            }, types);
            for (var i = 0; i < seen.Length; i++)
            {
                if (!seen[i]) columns[i].AddNull();
            }

            rows++;
        }

        return rows == 0 ? null : Take(schema, columns, rows);
    }

    public static RecordBatch Take(Schema schema, TextColumn[] columns, int rows) => new(schema, columns.Select(c => ArrowArrayFactory.BuildArray(c.Take())), rows);

    public void Dispose() => _stream.Dispose();

    private delegate void Member(string name, bool isPresent, ReadOnlySpan<byte> text, bool quoted);

    // A number in quotation marks is text; binary fractions are excepted, for JSON has no other way to write NaN and infinities.
    private static bool Fits(ColumnType type, bool quoted) => !quoted || type is not (ColumnType.Boolean or ColumnType.Int64);

    private void ReadLine(ReadOnlySpan<byte> line, Member member, DatasetSchema? wanted = null)
    {
        var reader = new Utf8JsonReader(line);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw Error("is no JSON object. Write one object a line.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (wanted is not null && !wanted.Contains(name))
                {
                    reader.Skip();
                    continue;
                }

                switch (reader.TokenType)
                {
                    case JsonTokenType.Null:
                        member(name, false, default, false);
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        throw Error($"holds in member '{name}' an object or an array. Flatten it, or declare a schema without that member.", name);
                    case JsonTokenType.String when reader.ValueIsEscaped:
                        if (_text.Length < reader.ValueSpan.Length) _text = new byte[reader.ValueSpan.Length];
                        member(name, true, _text.AsSpan(0, reader.CopyString(_text)), true);
                        break;
                    default:
                        member(name, true, reader.ValueSpan, reader.TokenType == JsonTokenType.String);
                        break;
                }
            }

            if (reader.Read()) throw Error("goes on after its object. Write one object a line.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DataException($"Row {_row} of '{_path}' is not valid JSON. Write one object a line.", e) { DataSource = _path, Row = _row };
        }
    }

    /// <summary>Gives the next line that is not empty.</summary>
    private bool NextLine(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var end = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (end < 0 && !_streamEnded)
            {
                searched = _end - _start;
                Fill();
                continue;
            }

            var length = end < 0 ? _end - _start : searched + end;
            line = _buffer.AsSpan(_start, length);
            if (_row == 0 && line.StartsWith("\uFEFF"u8)) line = line[3..];
            if (end < 0 && length == 0) return false;
            _start += end < 0 ? length : length + 1;
            searched = 0;
            if (line.Trim(" \t\r"u8).IsEmpty) continue;
            _row++;
            return true;
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= LongestLine) throw new DataException($"Row {_row + 1} of '{_path}' takes more than 64 MB. Write one object a line.") { DataSource = _path, Row = _row + 1 };
            System.Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _streamEnded = read == 0;
        _end += read;
    }

    private DataException Error(string what, string? column = null) => new($"Row {_row} of '{_path}' {what}") { DataSource = _path, Row = _row, Column = column };
}
