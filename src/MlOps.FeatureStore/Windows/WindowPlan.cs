using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>What is kept online for the windows of a view: for each tile length the cells that its features are made of.</summary>
/// <remarks>
/// A window begins on an edge of a tile, and a tumbling one ends there, so that it holds whole tiles. A tile is kept for the longest window made of it. Features without a window rest on tiles too, which are merged into
/// one when neither a moment nor a new batch can come to lie before their end any more.
/// </remarks>
internal sealed class WindowPlan
{
    /// <summary>How long the tiles of features without a window are kept apart, so that a batch that reaches so far back can still replace what was pushed: 30 days, in microseconds.</summary>
    public const long KeptApart = 30L * 24 * 3600 * 1_000_000;

    private const long Day = 24L * 3600 * 1_000_000;

    public WindowPlan(FeatureView view)
    {
        View = view;
        foreach (var feature in view.Features) AggregationTypes.Check(view.Name, feature);
        Columns = [.. view.Features.Where(f => !AggregationTypes.HasNoColumn(f)).Select(f => f.Column).Distinct(StringComparer.Ordinal)];
        TakesBack = view.IsReversal is not null;
        var frames = view.Features.Select(f => WindowFrame.Of(f.Aggregation!)).ToArray();
        Step = frames.Where(f => f.Length is not null || f.IsTumbling).Select(f => f.Tile).Aggregate(1L, LeastCommonMultiple);
        if (Step == 1) Step = Day;
        var tiles = frames.Select(f => (Tile: f.Length is null && !f.IsTumbling ? Step : f.Tile, IsBounded: f.Length is not null)).ToArray();
        Groups = [.. tiles.Distinct().Select(t => new WindowGroup(t.Tile, t.IsBounded ? frames.Where((_, i) => tiles[i] == t).Max(f => f.Length!.Value + f.Hop) : null))];
        GroupOf = [.. tiles.Select(t => Array.FindIndex(tiles.Distinct().ToArray(), d => d == t))];
        Retention = Groups.Any(g => g.Retention is null) ? null : Groups.Max(g => g.Retention!.Value + g.Tile);
        Hash = HashOf(view);
    }

    public FeatureView View { get; }

    /// <summary>Gets the columns that features are made of, each once.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Gets whether events take back others; then they are kept one by one.</summary>
    public bool TakesBack { get; }

    /// <summary>Gets the time that is a whole number of every tile.</summary>
    public long Step { get; }

    /// <summary>Gets the groups of features that rest on tiles of one length.</summary>
    public WindowGroup[] Groups { get; }

    /// <summary>Gets the group of each feature.</summary>
    public int[] GroupOf { get; }

    /// <summary>Gets how long an event can count, in microseconds; null for ever.</summary>
    public long? Retention { get; }

    /// <summary>Gets what states of the same features have in common.</summary>
    public long Hash { get; }

    /// <summary>Gives the cells of each group, and which of them each feature reads, for columns of given types.</summary>
    /// <exception cref="DataException">There is no such aggregation of a column of such a type.</exception>
    public WindowCellPlan CellsOf(IReadOnlyList<ColumnType> types)
    {
        var kinds = Groups.Select(_ => new List<WindowCellKind>()).ToArray();
        var cells = new int[View.Features.Count];
        for (var f = 0; f < cells.Length; f++)
        {
            var feature = View.Features[f];
            var column = AggregationTypes.HasNoColumn(feature) ? -1 : IndexOf(feature.Column);
            var type = column < 0 ? ColumnType.Int64 : types[column];
            if (column >= 0) AggregationTypes.Check(View.Name, feature, type);
            var wanted = new WindowCellKind(KindOf(feature.Aggregation!.Kind), column, type, feature.Aggregation.Kind is AggregationKind.LastK or AggregationKind.TopK ? feature.Aggregation.K : 1);
            var list = kinds[GroupOf[f]];
            cells[f] = list.FindIndex(k => (k.Kind, k.Column) == (wanted.Kind, wanted.Column));
            if (cells[f] < 0)
            {
                cells[f] = list.Count;
                list.Add(wanted);
            }
            else
            {
                list[cells[f]] = wanted with { K = Math.Max(wanted.K, list[cells[f]].K) };
            }
        }

        return new(types, [.. kinds.Select(k => k.ToArray())], cells);
    }

    /// <summary>Gives the first moment whose windows hold nothing of what happened at a time or before; null for none.</summary>
    public long? ForgottenAt(long time) => Retention is { } retention ? (time > long.MaxValue - retention ? long.MaxValue : time + retention) : null;

    private static CellKind KindOf(AggregationKind kind) => kind switch
    {
        AggregationKind.Count => CellKind.Count,
        AggregationKind.Sum or AggregationKind.Mean => CellKind.Sum,
        AggregationKind.Variance => CellKind.Moments,
        AggregationKind.Min => CellKind.Smallest,
        AggregationKind.Max or AggregationKind.TopK => CellKind.Largest,
        AggregationKind.First => CellKind.Earliest,
        AggregationKind.Last or AggregationKind.LastK => CellKind.Latest,
        AggregationKind.Distinct => CellKind.Values,
        AggregationKind.ApproximateDistinct => CellKind.Registers,
        _ => CellKind.Quantiles,
    };

    private static long LeastCommonMultiple(long a, long b)
    {
        var (x, y) = (a, b);
        while (y != 0) (x, y) = (y, x % y);
        return Math.BigMul(a / x, b, out var low) == 0 && low > 0 ? low : throw new DataException("The hops of the windows of one view have no common multiple of less than 292,000 years. Choose hops that go into each other.");
    }

    private static long HashOf(FeatureView view)
    {
        var text = new StringBuilder("window 1").Append(view.IsReversal is null ? "" : " reversals");
        foreach (var feature in view.Features)
        {
            var a = feature.Aggregation!;
            text.Append(CultureInfo.InvariantCulture, $"\n{feature.Name.Length} {feature.Name} {feature.Type} {feature.Column.Length} {feature.Column} {a.Kind} {a.Window?.Ticks} {a.Hop.Ticks} {a.IsTumbling} {a.K} {BitConverter.DoubleToInt64Bits(a.Quantile)}");
        }

        return BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private int IndexOf(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i] == column) return i;
        }

        return -1;
    }
}

/// <summary>Features that rest on tiles of one length.</summary>
/// <param name="Tile">The length of a tile, in microseconds.</param>
/// <param name="Retention">How far back the longest window can begin; null for ever.</param>
internal sealed record WindowGroup(long Tile, long? Retention);

/// <summary>The cells of windows over columns of known types.</summary>
/// <param name="Types">The type of each column.</param>
/// <param name="Kinds">The cells of each group.</param>
/// <param name="CellOf">The cell of each feature among those of its group.</param>
internal sealed record WindowCellPlan(IReadOnlyList<ColumnType> Types, WindowCellKind[][] Kinds, int[] CellOf);
