using System.Text.Json.Serialization;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Gives columns other names; their order stays. Two columns may swap their names.</summary>
/// <param name="Names">The new name by the old one; each old name must be there.</param>
[method: JsonConstructor]
public sealed record RenameColumns(IReadOnlyDictionary<string, string> Names) : IDataTransformer
{
    /// <summary>Renames one column.</summary>
    /// <param name="from">The old name.</param>
    /// <param name="to">The new name.</param>
    public RenameColumns(string from, string to)
        : this(new Dictionary<string, string> { [from] = to })
    {
    }

    /// <inheritdoc/>
    /// <exception cref="DataException">A column is missing, or two columns would have one name.</exception>
    public DatasetSchema GetOutputSchema(DatasetSchema input)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach (var old in Names.Keys) input.IndexOf(old);
        return new(input.Select(c => c with { Name = Names.GetValueOrDefault(c.Name, c.Name) }));
    }

    /// <inheritdoc/>
    public RecordBatch Apply(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (var old in Names.Keys) Batches.IndexOf(batch, old);
        return Batches.Select(batch, [.. batch.Schema.FieldsList.Select((f, i) => (i, Names.GetValueOrDefault(f.Name, f.Name)))]);
    }
}
