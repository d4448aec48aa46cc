using System.Globalization;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Training;

/// <summary>What the label of a dataset looks like, for checks and for the constant baseline.</summary>
internal sealed class LabelSummary
{
    private const int MaxClasses = 10_000;

    private readonly SortedDictionary<string, long> _classes = new(StringComparer.Ordinal);
    private double _sum, _absolute, _squares, _centredSquares, _first;

    public long Rows { get; private set; }

    /// <summary>Gets the rows of each class; none for a regression.</summary>
    public IReadOnlyDictionary<string, long> Classes => _classes;

    public double Mean => _sum / Rows;

    /// <summary>Gets the mean distance from the centre that was given.</summary>
    public double MeanAbsolute => _absolute / Rows;

    /// <summary>Gets the mean squared distance from the centre that was given.</summary>
    public double MeanSquare => _squares / Rows;

    /// <summary>Gets the variance.</summary>
    public double Variance => Math.Max(0, (_centredSquares / Rows) - Square((_sum / Rows) - _first));

    /// <summary>Gets whether all labels are equal.</summary>
    public bool IsConstant { get; private set; } = true;

    /// <summary>Gets the first row, from 1, with a value that is no finite Single, by column.</summary>
    public SortedDictionary<string, long> InfiniteRows { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads rows.</summary>
    /// <param name="name">What the data is called in errors.</param>
    /// <param name="rows">The prepared rows.</param>
    /// <param name="label">The label.</param>
    /// <param name="task">The task.</param>
    /// <param name="centre">The constant that a regression is compared with.</param>
    /// <exception cref="DataException">A row has no label, or one of a wrong kind.</exception>
    public static async Task<LabelSummary> ReadAsync(string name, IAsyncEnumerable<RecordBatch> rows, Column label, LearningTask task, double centre = double.NaN)
    {
        CheckType(name, label, task);
        var summary = new LabelSummary();
        await foreach (var batch in rows.ConfigureAwait(false)) summary.Add(name, batch, label, task, centre);
        return summary;
    }

    private static void CheckType(string name, Column label, LearningTask task)
    {
        var fits = (task, label.Type) switch
        {
            (_, ColumnType.Int64) => true,
            (LearningTask.BinaryClassification, ColumnType.Boolean or ColumnType.Float64 or ColumnType.Decimal) => true,
            (LearningTask.MulticlassClassification, ColumnType.Boolean or ColumnType.String or ColumnType.Float64 or ColumnType.Decimal) => true,
            (LearningTask.Regression, ColumnType.Float64 or ColumnType.Decimal) => true,
            _ => false,
        };
        if (fits) return;
        var wanted = task switch
        {
            LearningTask.BinaryClassification => "Boolean, or a number that is 0 or 1",
            LearningTask.MulticlassClassification => "text, a number or Boolean",
            _ => "a number",
        };
        throw new DataException($"The label '{label.Name}' of '{name}' is {label.Type}; a {task.ToText()} needs {wanted}. Cast it in a stage before.") { DataSource = name, Column = label.Name };
    }

    private static double Square(double value) => value * value;

    private void Add(string name, RecordBatch batch, Column label, LearningTask task, double centre)
    {
        var values = batch.Column(label.Name);
        for (var i = 0; i < batch.Length; i++)
        {
            if (values.IsNull(i) || values is DoubleArray fractions && double.IsNaN(fractions.Values[i]))
                throw Fault("has no value, and without a label a row can teach nothing. Drop such rows in a stage before.");
            if (task == LearningTask.Regression) AddNumber(Number(values, i));
            else AddClass(Class(values, i));

            DataException Fault(string what) =>
                new($"Row {Rows + i + 1} of '{name}': the label '{label.Name}' {what}") { DataSource = name, Row = Rows + i + 1, Column = label.Name };

            void AddNumber(double value)
            {
                if (!float.IsFinite((float)value)) throw Fault("is infinite, or too large for a Single. Drop the row or clip the value.");
                // Sums of squares from the first value on keep their digits when the mean is far from 0.
                if (Rows + i == 0) _first = value;
                IsConstant &= value == _first;
                _sum += value;
                _centredSquares += Square(value - _first);
                _absolute += Math.Abs(value - centre);
                _squares += Square(value - centre);
            }

            void AddClass(string value)
            {
                if (task == LearningTask.BinaryClassification && value is not ("true" or "false"))
                    throw Fault("is neither 0 nor 1, as the label of a binary classification must be. Cast it to Boolean in a stage before.");
                _classes[value] = _classes.GetValueOrDefault(value) + 1;
                if (_classes.Count > MaxClasses)
                    throw new DataException($"The label '{label.Name}' of '{name}' has more than {MaxClasses} classes. Is it a regression, or an identifier?") { DataSource = name, Column = label.Name };
                IsConstant = _classes.Count == 1;
            }

            string Class(IArrowArray array, int index) => array switch
            {
                BooleanArray booleans => booleans.GetValue(index)!.Value ? "true" : "false",
                StringArray texts => texts.GetString(index),
                _ when task == LearningTask.BinaryClassification => Number(array, index) switch { 1 => "true", 0 => "false", _ => "other" },
                _ => Number(array, index).ToString("R", CultureInfo.InvariantCulture),
            };
        }

        for (var column = 0; column < batch.ColumnCount; column++) FindInfinite(batch.Schema.GetFieldByIndex(column).Name, batch.Column(column));
        Rows += batch.Length;
    }

    private static double Number(IArrowArray array, int index) => array switch
    {
        Int64Array integers => integers.Values[index],
        DoubleArray doubles => doubles.Values[index],
        Decimal128Array decimals => Decimals.Read(decimals, index),
        _ => double.NaN,
    };

    private void FindInfinite(string column, IArrowArray array)
    {
        if (array is not DoubleArray doubles || InfiniteRows.ContainsKey(column)) return;
        var values = doubles.Values;
        for (var i = 0; i < values.Length; i++)
        {
            if (float.IsInfinity((float)values[i]) && !doubles.IsNull(i))
            {
                InfiniteRows[column] = Rows + i + 1;
                return;
            }
        }
    }
}
