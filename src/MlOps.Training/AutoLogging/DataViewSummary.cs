using System.Text.Json;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>What ML.NET's view of data holds.</summary>
/// <param name="Hash">The SHA-256 of its schema and its rows in their order. It is not the fingerprint of a snapshot, because a view may hold what no snapshot can.</param>
/// <param name="RowCount">How many rows it has.</param>
/// <param name="Schema">Its columns as name: type.</param>
/// <param name="Label">The distribution of the label: rows by class, of at most 50 classes or different numbers; of more numbers mean, standard_deviation, min and max, of more classes classes_at_least. Rows without one are missing. Nothing without a label.</param>
public sealed record DataViewSummary(string Hash, long RowCount, string Schema, IReadOnlyDictionary<string, double> Label)
{
    internal string ToProfile() => JsonSerializer.Serialize(new { rows = RowCount, label = Label }, MlOpsJson.Options);
}
