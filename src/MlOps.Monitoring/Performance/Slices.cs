using Apache.Arrow;
using Array = System.Array;

namespace MlOps.Monitoring;

/// <summary>The parts that a window is sliced into: number 0 is all rows, the others are values of columns.</summary>
internal sealed class Slices
{
    private readonly string[] _columns;
    private readonly Dictionary<string, int>[] _values;
    private readonly bool[] _isOpen;
    private readonly List<(string Column, string Value)> _segments = [];
    private readonly ReferenceScores? _reference;
    private readonly int _most;

    public Slices(PerformanceOptions options, ReferenceScores? reference)
    {
        (_columns, _reference, _most) = ([.. options.SliceBy.Distinct(StringComparer.Ordinal)], reference, options.SliceValues);
        _values = Array.ConvertAll(_columns, _ => new Dictionary<string, int>(StringComparer.Ordinal));
        _isOpen = new bool[_columns.Length];
        for (var c = 0; c < _columns.Length; c++)
        {
            var frequent = reference?.Frequent(_columns[c], _most) ?? [];
            foreach (var value in frequent) Add(c, value);
            _isOpen[c] = frequent.Count == 0; // nobody knows which are frequent: those that come first
        }
    }

    /// <summary>Gets how many parts there are.</summary>
    public int Count => _segments.Count + 1;

    /// <summary>Gives for each column the part of each row; 0 for a value that is not looked at.</summary>
    public IReadOnlyList<int[]> Read(RecordBatch rows)
    {
        var all = new List<int[]>(_columns.Length);
        for (var c = 0; c < _columns.Length; c++)
        {
            if (ColumnReader.Find(rows, _columns[c]) is not { } column) continue;
            var parts = new int[rows.Length];
            for (var row = 0; row < parts.Length; row++)
            {
                if (ColumnReader.AnyText(column, row) is not { } text) continue;
                if (!_values[c].TryGetValue(text, out parts[row]) && _isOpen[c] && _values[c].Count < _most) parts[row] = Add(c, text);
            }

            all.Add(parts);
        }

        return all;
    }

    /// <summary>Gives the name of a part, null for all rows, and what it is held against.</summary>
    public (string? Name, SegmentReference? Reference) Of(int segment)
    {
        if (segment == 0) return (null, _reference?.All);
        var (column, value) = _segments[segment - 1];
        return ($"{column}={value}", _reference?.Of(column, value) is { Rows: > 0 } own ? own : null);
    }

    /// <summary>Gives a figure of the order of the rows of a part in their groups, in what it is held against; null when there is none.</summary>
    public PerformanceValue? Order(int segment, PerformanceMetric metric) => _reference?.Order(metric, segment == 0 ? null : _segments[segment - 1]);

    private int Add(int column, string value)
    {
        _segments.Add((_columns[column], value));
        return _values[column][value] = _segments.Count;
    }
}
