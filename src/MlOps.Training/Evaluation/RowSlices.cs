using System.Globalization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>Some of the rows, by the number of their value.</summary>
/// <param name="Name">What the slice is called, as carrier=AA.</param>
/// <param name="Value">The number of the value.</param>
/// <param name="Rows">How many rows have it.</param>
internal sealed record RowSlice(string Name, int Value, long Rows);

/// <summary>The value that each row has in the column by which it is sliced.</summary>
internal sealed class RowSlices
{
    private const int MaxValues = 10_000;

    private readonly string _data;
    private readonly SliceBy _by;
    private readonly List<int> _values = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<(string Name, long Rows)> _counts = [];

    private RowSlices(string data, SliceBy by) => (_data, _by) = (data, by);

    /// <summary>Gets the number of the value of each row.</summary>
    public IReadOnlyList<int> Values => _values;

    /// <summary>Gets the slices that are judged: the largest first, of equally large ones the first by name.</summary>
    public IReadOnlyList<RowSlice> Slices { get; private set; } = [];

    /// <summary>Gets how many different values there are, a missing one included.</summary>
    public int Count => _counts.Count;

    /// <summary>Reads rows.</summary>
    /// <param name="data">What the data is called in errors.</param>
    /// <param name="rows">The rows, with the column.</param>
    /// <param name="by">How they are sliced.</param>
    /// <exception cref="DataException">The column has a type whose values are no groups, or more different values than can be counted.</exception>
    public static async Task<RowSlices> ReadAsync(string data, IAsyncEnumerable<RecordBatch> rows, SliceBy by)
    {
        var slices = new RowSlices(data, by);
        await foreach (var batch in rows.ConfigureAwait(false)) slices.Add(batch.Column(by.Column));
        slices.Slices =
        [
            .. slices._counts.Select((value, number) => new RowSlice($"{by.Column}={value.Name}", number, value.Rows))
                .Where(slice => slice.Rows >= by.MinRows)
                .OrderByDescending(slice => slice.Rows).ThenBy(slice => slice.Name, StringComparer.Ordinal)
                .Take(by.MaxSlices),
        ];
        return slices;
    }

    private void Add(IArrowArray column)
    {
        for (var row = 0; row < column.Length; row++)
        {
            var name = Text(column, row);
            if (!_numbers.TryGetValue(name, out var number))
            {
                if (_counts.Count == MaxValues) throw Fault($"has more than {MaxValues} values. Is it an identifier? Group its values in a stage before.");
                _numbers[name] = number = _counts.Count;
                _counts.Add((name, 0));
            }

            _values.Add(number);
            _counts[number] = (name, _counts[number].Rows + 1);
        }
    }

    private string Text(IArrowArray column, int row) => column switch
    {
        _ when column.IsNull(row) => "null",
        StringArray texts => texts.GetString(row),
        BooleanArray truths => truths.GetValue(row)!.Value ? "true" : "false",
        Int64Array integers => integers.Values[row].ToString(CultureInfo.InvariantCulture),
        Date32Array days => days.GetDateOnly(row)!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => throw Fault($"is {column.Data.DataType.Name}, whose values are no groups. Make groups of them in a stage before."),
    };

    private DataException Fault(string what) => new($"'{_data}' cannot be judged by slice: the column '{_by.Column}' {what}") { DataSource = _data, Column = _by.Column };
}
