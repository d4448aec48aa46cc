using System.Text.Json.Serialization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Leaves columns out.</summary>
/// <param name="Columns">The columns; each must be there.</param>
[method: JsonConstructor]
public sealed record DropColumns(params IReadOnlyList<string> Columns) : IDataTransformer
{
    /// <inheritdoc/>
    public DatasetSchema GetOutputSchema(DatasetSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach (var column in Columns) input.IndexOf(column);
        return new(input.Where(c => !Columns.Contains(c.Name)));
    }

    /// <inheritdoc/>
    public RecordBatch Apply(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (var column in Columns) Batches.IndexOf(batch, column);
        return Batches.Select(batch, [.. batch.Schema.FieldsList.Select((f, i) => (i, f.Name)).Where(c => !Columns.Contains(c.Name))]);
    }
}
