using System.Globalization;
using Apache.Arrow;

namespace MlOps.Monitoring;

/// <summary>Looks whether columns that options name have any value in a window. One that has none says nothing, which must not look as if nothing were wrong.</summary>
internal sealed class NamedColumns(string check, params IReadOnlyList<(string Option, IEnumerable<string> Columns)> named)
{
    private readonly Dictionary<string, string> _unseen = named.SelectMany(n => n.Columns.Select(c => (Column: c, n.Option))).DistinctBy(c => c.Column, StringComparer.Ordinal).ToDictionary(c => c.Column, c => c.Option, StringComparer.Ordinal);
    private long _rows;

    public void Add(RecordBatch rows)
    {
        _rows += rows.Length;
        foreach (var column in _unseen.Keys.Where(c => ColumnReader.Find(rows, c) is { } values && HasText(values)).ToList()) _unseen.Remove(column);
    }

    /// <summary>Gives an alarm for each column without a value, when there were rows that could have had one.</summary>
    public IEnumerable<Alarm> Alarms() => _rows == 0 ? [] : _unseen.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => Of(
        check, c.Key, c.Value, string.Create(CultureInfo.InvariantCulture, $"has no value in {_rows:N0} predictions, or none that names a group")));

    /// <summary>Gives the alarm of a column that an option names in vain.</summary>
    public static Alarm Of(string check, string column, string option, string problem) =>
        new(check, AlarmKind.Quality, AlarmSeverity.Warning, column, $"Named in {option}, but it {problem}: nothing is judged by it. Correct the name, log the column, or take it out of {option}.") { Direction = "named in vain" };

    private static bool HasText(IArrowArray values)
    {
        for (var row = 0; row < values.Length; row++)
        {
            if (ColumnReader.AnyText(values, row) is not null) return true;
        }

        return false;
    }
}
