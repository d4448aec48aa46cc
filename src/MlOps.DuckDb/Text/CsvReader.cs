using System.Globalization;
using System.Text.RegularExpressions;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.DuckDb;

/// <summary>Reads delimited text: the engine cuts it into fields, the types are ours, so that nothing is rounded or guessed and every error has its row.</summary>
internal sealed partial class CsvReader
{
    private readonly CsvFile _file;
    private readonly DuckDbSession _session;
    private readonly int _fieldCount;
    private readonly int[] _positions;
    private readonly string[] _names;

    /// <exception cref="DataException">The file is empty or lacks a column.</exception>
    public CsvReader(CsvFile file, IReadOnlyList<string>? columns, DuckDbSession session)
    {
        _file = file;
        _session = session;
        var header = CsvHeader.Read(file);
        _fieldCount = header.Count;
        if (!file.HasHeader && file.Schema is { } declared && declared.Count != header.Count)
            throw new DataException($"File '{file.Path}' has {header.Count} columns, {declared.Count} are declared. Declare each of them.") { DataSource = file.Path };
        var all = file.HasHeader ? Names(header) : file.Schema?.Select(c => c.Name).ToArray() ?? Names(new string[header.Count]);
        _names = [.. columns ?? file.Schema?.Select(c => c.Name) ?? all];
        _positions = [.. _names.Select(name => Position(all, name))];
    }

    /// <summary>Gives the declared types, or finds them in the whole file.</summary>
    public DatasetSchema GetSchema()
    {
        if (_file.Schema is { } declared) return new(_names.Select(name => declared[name]));
        var types = System.Array.ConvertAll(_names, _ => new TypeInference());
        using var result = Open();
        for (var batch = result.Next(); batch is not null; batch = result.Next())
        {
            for (var i = 0; i < types.Length; i++)
            {
                var texts = (StringArray)batch.Column(i);
                for (var row = 0; row < texts.Length; row++)
                {
                    if (!texts.IsNull(row)) types[i].See(texts.GetBytes(row));
                }
            }
        }

        return new(_names.Zip(types, (name, type) => new Column(name, type.Type)));
    }

    /// <summary>Starts reading the rows.</summary>
    public DuckDbResult Open()
    {
        var fields = string.Join(", ", Enumerable.Range(0, _fieldCount).Select(i => string.Create(CultureInfo.InvariantCulture, $"c{i}: 'VARCHAR'")));
        var nulls = string.Join(", ", (_file.NullTexts.Count == 0 ? ["\u0001"] : _file.NullTexts).Select(DuckDbSession.Literal));
        return _session.Query($$"""
            SELECT {{string.Join(", ", _positions.Select(p => string.Create(CultureInfo.InvariantCulture, $"c{p}")))}}
            FROM read_csv({{DuckDbSession.Literal(_file.Path)}}, auto_detect = false, header = {{(_file.HasHeader ? "true" : "false")}},
                delim = {{DuckDbSession.Literal(_file.Delimiter.ToString())}}, quote = '"', escape = '"', nullstr = [{{nulls}}],
                columns = {{{fields}}}, strict_mode = true, hive_partitioning = false)
            """);
    }

    /// <summary>Says which row the engine could not cut into fields, and why.</summary>
    /// <returns>The error; null when the engine's is about something else.</returns>
    public static DataException? Explain(DuckDbError error, CsvFile file)
    {
        if (LineNumber().Match(error.Message) is not { Success: true } line) return null;
        var row = Math.Max(1, long.Parse(line.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) - (file.HasHeader ? 1 : 0));
        var counts = FieldCounts().Match(error.Message);
        var reason = counts.Success ? $"has {counts.Groups[2].Value} fields where {counts.Groups[1].Value} are expected. Is a quotation mark missing?"
            : error.Message.Contains("unterminated quote", StringComparison.OrdinalIgnoreCase) ? "has a quotation mark that is never closed."
            : error.Message.Contains("unicode", StringComparison.OrdinalIgnoreCase) || error.Message.Contains("utf-8", StringComparison.OrdinalIgnoreCase) ? "is not text in UTF-8. Convert the file."
            : error.Message.Contains("line size", StringComparison.OrdinalIgnoreCase) ? "takes more than 2 MB. Is a quotation mark missing?"
            : "is not delimited text (RFC 4180). Check the delimiter and the quotation marks.";
        return new($"Row {row} of '{file.Path}' {reason}", error) { DataSource = file.Path, Row = row };
    }

    /// <summary>Turns a batch of text into the types.</summary>
    /// <param name="texts">The batch.</param>
    /// <param name="schema">The types.</param>
    /// <param name="columns">A column for each.</param>
    /// <param name="rowsBefore">How many rows were read before.</param>
    /// <exception cref="DataException">A value is not of its type.</exception>
    public RecordBatch Convert(RecordBatch texts, Schema schema, TextColumn[] columns, long rowsBefore)
    {
        var arrays = new IArrowArray[columns.Length];
        for (var i = 0; i < arrays.Length; i++)
        {
            var source = (StringArray)texts.Column(i);
            if (columns[i].Type == ColumnType.String)
            {
                arrays[i] = source;
                continue;
            }

            for (var row = 0; row < source.Length; row++)
            {
                if (source.IsNull(row)) columns[i].AddNull();
                else if (!columns[i].TryAdd(source.GetBytes(row))) throw Unfit(rowsBefore + row + 1, columns[i].Type, _names[i]);
            }

            arrays[i] = ArrowArrayFactory.BuildArray(columns[i].Take());
        }

        return new(schema, arrays, texts.Length);
    }

    private DataException Unfit(long row, ColumnType type, string column) =>
        new($"Row {row} of '{_file.Path}' holds in column '{column}' a text that is not of the type {type}. Correct the file, declare the column as String, or add the text to NullTexts if it means a missing value.")
        {
            DataSource = _file.Path,
            Row = row,
            Column = column,
        };

    private int Position(string[] all, string name)
    {
        var position = System.Array.IndexOf(all, name);
        if (position < 0) throw new DataException($"File '{_file.Path}' has no column '{name}'. It has: {string.Join(", ", all)}.") { DataSource = _file.Path, Column = name };
        if (System.Array.IndexOf(all, name, position + 1) >= 0)
            throw new DataException($"Column '{name}' stands twice in '{_file.Path}'. Rename one of the two.") { DataSource = _file.Path, Column = name };
        return position;
    }

    private static string[] Names(IReadOnlyList<string?> header) =>
        [.. header.Select((name, i) => string.IsNullOrEmpty(name) ? string.Create(CultureInfo.InvariantCulture, $"column{i}") : name)];

    [GeneratedRegex(@"CSV Error on Line: (\d+)")]
    private static partial Regex LineNumber();

    [GeneratedRegex(@"Expected Number of Columns: (\d+) Found: (\d+)")]
    private static partial Regex FieldCounts();
}
