using MlOps.Core;

namespace MlOps.Data;

/// <summary>The Boolean column that says where another was missing.</summary>
internal static class MissingIndicator
{
    public static string Name(string column) => column + "_missing";

    public static DatasetSchema AddTo(DatasetSchema schema, IEnumerable<string> columns) => new([.. schema, .. columns.Select(c => new Column(Name(c), ColumnType.Boolean))]);
}
