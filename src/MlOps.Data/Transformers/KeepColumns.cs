using System.Text.Json.Serialization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Keeps some columns and leaves the others out.</summary>
/// <param name="Columns">The columns, in the order in which they come out; each must be there.</param>
[method: JsonConstructor]
public sealed record KeepColumns(params IReadOnlyList<string> Columns) : IDataTransformer
{
    /// <inheritdoc/>
    public DatasetSchema GetOutputSchema(DatasetSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new(Columns.Select(c => input[c]));
    }

    /// <inheritdoc/>
    public RecordBatch Apply(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Batches.Select(batch, [.. Columns.Select(c => (Batches.IndexOf(batch, c), c))]);
    }
}
