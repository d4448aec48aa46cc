using System.Globalization;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Monitoring;

/// <summary>Which input columns are compared together, which make up a vector, and which hold texts.</summary>
internal sealed record WatchedColumns(IReadOnlyList<Column> Features, IReadOnlyList<VectorColumns> Vectors, IReadOnlyList<string> Texts)
{
    public static WatchedColumns Of(DatasetSchema inputs, DatasetSchema training, MonitorOptions options, MultivariateOptions multivariate)
    {
        var columns = inputs.Where(c => training.Contains(c.Name) && !options.IgnoredColumns.Contains(c.Name) && c.Type is not (ColumnType.Timestamp or ColumnType.Date or ColumnType.Binary)).ToList();
        var texts = columns.Where(c => c.Type == ColumnType.String && multivariate.TextColumns.Contains(c.Name)).Select(c => c.Name).ToList();
        var vectors = columns.Where(c => c.Type is ColumnType.Float64 or ColumnType.Int64)
            .GroupBy(c => NameOf(c.Name), StringComparer.Ordinal)
            .Where(g => g.Key.Length > 0 && g.Count() >= multivariate.VectorWidth)
            .Select(g => new VectorColumns(g.Key, [.. Enumerable.Range(0, g.Count()).Select(i => string.Create(CultureInfo.InvariantCulture, $"{g.Key}.{i}"))]))
            .Where(v => v.Columns.All(name => columns.Exists(c => c.Name == name)))
            .ToList();
        var apart = texts.Concat(vectors.SelectMany(v => v.Columns)).ToHashSet(StringComparer.Ordinal);
        return new([.. columns.Where(c => !apart.Contains(c.Name))], vectors, texts);
    }

    // x of x.7; empty for a column that is called otherwise.
    private static string NameOf(string column) => column.LastIndexOf('.') is > 0 and var dot && int.TryParse(column.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _) ? column[..dot] : string.Empty;
}

/// <summary>The columns that make up a vector, in order.</summary>
internal sealed record VectorColumns(string Name, IReadOnlyList<string> Columns);
