using Microsoft.ML;

namespace MlOps.MLNet;

/// <summary>Columns without rows: to fit transforms that learn nothing.</summary>
internal sealed class EmptyView(DataViewSchema schema) : IDataView
{
    public DataViewSchema Schema => schema;

    public bool CanShuffle => false;

    public long? GetRowCount() => 0;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => throw Unread();

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => throw Unread();

    private static InvalidOperationException Unread() => new("A transform that learns nothing reads no rows.");
}
