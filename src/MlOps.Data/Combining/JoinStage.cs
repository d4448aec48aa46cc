using System.Globalization;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Data;

/// <summary>Joins two datasets on equal keys: a hash join that holds the right side in memory and streams the left one.</summary>
internal sealed record JoinStage(IReadOnlyList<JoinKey> Keys, JoinKind Kind, bool RequireUnique, string? Suffix)
    : IPipelineStage<(Dataset Left, Dataset Right), Dataset>
{
    private const int MaxBatchRows = 16_384;

    public async Task<Dataset> RunAsync((Dataset Left, Dataset Right) input, StageContext context, CancellationToken cancellationToken)
    {
        var (left, right) = input;
        RequireKeys(left, right);
        var columns = RightColumns(left, right); // before anything is read
        var store = context.Services.GetRequiredService<IDatasetStore>();
        context.Report("reading the right side", 0);
        var side = await RightSide.ReadAsync(store, right, [.. Keys.Select(k => k.Right)], [.. columns.Select(c => c.From)], RequireUnique, cancellationToken).ConfigureAwait(false);
        context.Report("joining", 0.5);
        var schema = new DatasetSchema([.. left.Schema, .. columns.Select(c => new Column(c.To, right.Schema[c.From].Type))]).ToArrow();
        var joined = await store.WriteAsync(
            left.Name, new("join", $"{left.Fingerprint} {right.Fingerprint}"), RowsAsync(store, left, side, schema, cancellationToken), null, cancellationToken).ConfigureAwait(false);
        context.LogMetric("rows", joined.RowCount);
        context.LogMetric("rows_left", left.RowCount);
        context.LogMetric("rows_right", right.RowCount);
        return joined with { FeatureService = left.FeatureService ?? right.FeatureService };
    }

    private async IAsyncEnumerable<RecordBatch> RowsAsync(
        IDatasetStore store, Dataset left, RightSide right, Schema schema, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] keyColumns = [.. Keys.Select(k => k.Left)];
        var (leftRows, rightRows) = (new List<int>(), new List<int>());
        await foreach (var batch in store.ReadAsync(left, null, cancellationToken).ConfigureAwait(false))
        {
            var keys = new RowKeys(batch, keyColumns);
            for (var row = 0; row < batch.Length; row++)
            {
                var match = keys.IsAnyMissing(row) ? RightSide.None : right.First(keys.Digest(row));
                if (match == RightSide.None && Kind == JoinKind.Left) Add(row, RightSide.None);
                for (; match != RightSide.None; match = right.Next(match))
                {
                    Add(row, match);
                    if (leftRows.Count < MaxBatchRows) continue;
                    yield return Flush(batch);
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }

            yield return Flush(batch);
        }

        void Add(int row, int match)
        {
            leftRows.Add(row);
            rightRows.Add(match);
        }

        RecordBatch Flush(RecordBatch batch)
        {
            var rows = leftRows.ToArray();
            IArrowArray[] columns = [.. batch.Arrays.Select(a => Columns.Take(a, rows)), .. right.Take([.. rightRows])];
            leftRows.Clear();
            rightRows.Clear();
            return new(schema, columns, rows.Length);
        }
    }

    private void RequireKeys(Dataset left, Dataset right)
    {
        foreach (var key in Keys)
        {
            var (leftType, rightType) = (left.Schema[key.Left].Type, right.Schema[key.Right].Type);
            if (leftType == rightType) continue;
            throw new DataException(
                $"The key '{key.Left}' is {leftType} in '{left.Name}' and '{key.Right}' is {rightType} in '{right.Name}'. Cast one of the two with {nameof(CastColumn)} before the join.")
            {
                DataSource = right.Name,
                Column = key.Right,
            };
        }
    }

    /// <summary>Gives the columns that the right side adds and their names; its keys are those of the left side.</summary>
    private List<(string From, string To)> RightColumns(Dataset left, Dataset right)
    {
        var columns = new List<(string From, string To)>();
        var taken = left.Schema.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var column in right.Schema.Where(c => Keys.All(k => k.Right != c.Name)))
        {
            var name = left.Schema.Contains(column.Name) && Suffix is not null ? column.Name + Suffix : column.Name;
            if (!taken.Add(name))
            {
                throw new DataException(
                    $"The join of '{left.Name}' and '{right.Name}' would have two columns '{name}'. Give another suffix for the columns of the right side, or rename or drop one of the two.")
                {
                    DataSource = right.Name,
                    Column = column.Name,
                };
            }

            columns.Add((column.Name, name));
        }

        return columns;
    }
}

/// <summary>The right side of a join in memory: its rows, and for each key the rows that have it, in order.</summary>
internal sealed class RightSide
{
    public const int None = -1;

    private readonly Dictionary<UInt128, (int First, int Last)> _rows = [];
    private readonly List<int> _next = [];
    private IArrowArray[] _columns = [];

    public static async Task<RightSide> ReadAsync(
        IDatasetStore store, Dataset data, string[] keys, string[] columns, bool unique, CancellationToken cancellationToken)
    {
        if (data.RowCount > int.MaxValue / 2)
            throw new DataException($"'{data.Name}' has {data.RowCount} rows; the right side of a join is held in memory and takes at most {int.MaxValue / 2}. Put the larger side on the left.") { DataSource = data.Name };
        var side = new RightSide();
        var parts = columns.Select(_ => new List<IArrowArray>()).ToArray();
        string[] read = [.. keys.Concat(columns).Distinct()];
        await foreach (var batch in store.ReadAsync(data, read, cancellationToken).ConfigureAwait(false))
        {
            var rowKeys = new RowKeys(batch, keys);
            for (var row = 0; row < batch.Length; row++) side.Add(data, rowKeys, row, unique);
            int[] all = [.. Enumerable.Range(0, batch.Length)];
            for (var i = 0; i < columns.Length; i++) parts[i].Add(Columns.Take(batch.Column(Batches.IndexOf(batch, columns[i])), all)); // the batch does not last
        }

        side._columns = [.. parts.Select(Whole)];
        return side;
    }

    public int First(UInt128 key) => _rows.TryGetValue(key, out var rows) ? rows.First : None;

    public int Next(int row) => _next[row];

    /// <summary>Gives the columns of some rows; where there is none, they are missing.</summary>
    public IEnumerable<IArrowArray> Take(int[] rows) => _columns.Select(c => Columns.TakeOrMissing(c, rows));

    private static IArrowArray Whole(List<IArrowArray> parts) => parts.Count == 1 ? parts[0] : ArrowArrayConcatenator.Concatenate(parts, ArrowMemory.Managed);

    private void Add(Dataset data, RowKeys keys, int row, bool unique)
    {
        var number = _next.Count;
        _next.Add(None);
        if (keys.IsAnyMissing(row)) return;
        var key = keys.Digest(row);
        if (_rows.TryAdd(key, (number, number))) return;
        var (first, last) = _rows[key];
        if (unique) throw Twice(data, first, number);
        _next[last] = number;
        _rows[key] = (first, number);
    }

    private static DataException Twice(Dataset data, int first, int second) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{data.Name}, row {second + 1}: the key of the join stands there a second time (first in row {first + 1}), so left rows would be multiplied. "
        + $"Drop the others with {nameof(CombiningExtensions.Deduplicate)}, or allow it with requireUnique: false."))
    {
        DataSource = data.Name,
        Row = second + 1,
    };
}
