using Apache.Arrow;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Training;

/// <summary>Starts a pass over rows. The columns are those that are needed, which the reader may take as advice.</summary>
internal delegate IAsyncEnumerable<RecordBatch> ReadRows(IReadOnlyList<string> columns, CancellationToken cancellationToken);

/// <summary>Arrow batches as ML.NET sees data: nothing is read before a cursor moves.</summary>
internal sealed class ArrowDataView : IDataView
{
    private readonly string _name;
    private readonly long? _rowCount;
    private readonly ReadRows _read;
    private readonly CancellationToken _cancellation;
    private readonly Column[] _columns;

    public ArrowDataView(string name, DatasetSchema columns, long? rowCount, ReadRows read, DataViewOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        foreach (var exact in options.ExactColumns) _ = columns[exact];
        _name = name;
        _rowCount = rowCount;
        _read = read;
        _cancellation = cancellationToken;
        _columns = [.. columns.Where(c => c.Type != ColumnType.Binary)];
        var builder = new DataViewSchema.Builder();
        foreach (var column in _columns) builder.AddColumn(column.Name, TypeOf(column, options));
        Schema = builder.ToSchema();
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => true;

    public long? GetRowCount() => _rowCount;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new ArrowCursor(Schema, Active(columnsNeeded), StartReader(columnsNeeded, 1), rand);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        // One shuffled order cannot be divided and stay the same from run to run.
        if (n <= 1 || rand is not null) return [GetRowCursor(columnsNeeded, rand)];
        var active = Active(columnsNeeded);
        var reader = StartReader(columnsNeeded, n);
        var cursors = new DataViewRowCursor[n];
        for (var i = 0; i < n; i++) cursors[i] = new ArrowCursor(Schema, active, reader, null);
        return cursors;
    }

    private static DataViewType TypeOf(Column column, DataViewOptions options) => column.Type switch
    {
        ColumnType.Boolean => BooleanDataViewType.Instance,
        ColumnType.Int64 or ColumnType.Float64 or ColumnType.Decimal when column.Name == options.BooleanColumn => BooleanDataViewType.Instance,
        ColumnType.Int64 when options.ExactColumns.Contains(column.Name) => NumberDataViewType.Int64,
        ColumnType.Float64 or ColumnType.Decimal when options.ExactColumns.Contains(column.Name) => NumberDataViewType.Double,
        ColumnType.Int64 or ColumnType.Float64 or ColumnType.Decimal => NumberDataViewType.Single,
        ColumnType.String => TextDataViewType.Instance,
        _ => DateTimeDataViewType.Instance,
    };

    private bool[] Active(IEnumerable<DataViewSchema.Column> needed)
    {
        var active = new bool[_columns.Length];
        foreach (var column in needed) active[column.Index] = true;
        return active;
    }

    private BlockReader StartReader(IEnumerable<DataViewSchema.Column> needed, int users)
    {
        var active = Active(needed);
        var columns = Enumerable.Range(0, _columns.Length).Where(i => active[i]).ToArray();
        // A pass that needs no column still needs the number of rows.
        var names = columns.Length > 0 || _columns.Length == 0 ? columns.Select(i => _columns[i].Name).ToArray() : [_columns[0].Name];
        var texts = columns.Where(i => _columns[i].Type == ColumnType.String).ToDictionary(i => i, _ => new TextDecoder());
        return new(
            token => _read(names, token),
            () => new Block(_name, columns.Select(i => (i, BlockColumn.Create(_columns[i], Schema[i].Type, texts.GetValueOrDefault(i)))), _columns.Length),
            users,
            _cancellation);
    }
}
