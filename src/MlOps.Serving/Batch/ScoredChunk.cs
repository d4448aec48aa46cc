using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>What became of some rows of a dataset that were predicted together.</summary>
internal sealed class ScoredChunk(int rows, IReadOnlyList<TensorSpec> outputs)
{
    private readonly OutputColumn[] _columns = OutputColumn.Create(outputs, rows);
    private readonly string?[] _errors = new string?[rows];

    /// <summary>Gets the rows that were predicted, in the parts in which they were.</summary>
    public List<ScoredPart> Parts { get; } = [];

    /// <summary>Gets the rows that could not be, with their inputs as far as they are known.</summary>
    public List<FailedRow> Failed { get; } = [];

    public int Rows => rows;

    public void Set(ScoredPart part)
    {
        foreach (var column in _columns) column.Set(part.Outputs, part.Rows.Span);
        Parts.Add(part);
    }

    public void Fail(int row, IReadOnlyList<Tensor> inputs, string error)
    {
        _errors[row] = error;
        Failed.Add(new(row, inputs, error));
    }

    /// <summary>Gives the columns of the predictions: the outputs, then identifier, version and error.</summary>
    public static IEnumerable<MlOps.Core.Column> ColumnsOf(IReadOnlyList<TensorSpec> outputs) =>
    [
        .. OutputColumn.Create(outputs, 0).Select(c => c.Column),
        new(PredictionColumns.Id, ColumnType.String), new(PredictionColumns.Version, ColumnType.Int64), new(PredictionColumns.Error, ColumnType.String),
    ];

    /// <summary>Gives the values of these columns.</summary>
    /// <param name="id">What identifies the scoring.</param>
    /// <param name="version">The version.</param>
    /// <param name="first">The number of the first row in the dataset.</param>
    public IEnumerable<IArrowArray> Build(string id, int version, long first)
    {
        var ids = new StringArray.Builder();
        var versions = new Int64Array.Builder();
        var errors = new StringArray.Builder();
        for (var row = 0; row < rows; row++)
        {
            ids.Append(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{id}/{first + row}"));
            versions.Append(version);
            errors.Append(_errors[row]);
        }

        return [.. _columns.Select(c => c.Build()), ids.Build(ArrowMemory.Managed), versions.Build(ArrowMemory.Managed), errors.Build(ArrowMemory.Managed)];
    }
}

/// <summary>Rows that a model predicted in one call.</summary>
/// <param name="Rows">Which rows of the chunk.</param>
/// <param name="Inputs">What it was given, a row for each of them.</param>
/// <param name="Outputs">What it said.</param>
/// <param name="Elapsed">How long it took.</param>
internal sealed record ScoredPart(ReadOnlyMemory<int> Rows, IReadOnlyList<Tensor> Inputs, IReadOnlyList<Tensor> Outputs, TimeSpan Elapsed);

/// <summary>A row that could not be predicted.</summary>
/// <param name="Row">Which row of the chunk.</param>
/// <param name="Inputs">What the model was, or would have been, given: one row.</param>
/// <param name="Error">Why.</param>
internal sealed record FailedRow(int Row, IReadOnlyList<Tensor> Inputs, string Error);
