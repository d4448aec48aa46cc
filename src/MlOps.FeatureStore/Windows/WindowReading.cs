using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Computes features from the bytes of a state in one pass: each tile is read into a cell that the next one uses again, and merged into the windows that hold it.</summary>
internal sealed class WindowReading
{
    private readonly WindowPlan _plan;
    private readonly WindowCellPlan _cells;
    private readonly WindowCell[][] _scratch; // for each group and cell
    private readonly List<Window>[][] _windows;
    private readonly (Window Window, Aggregation Aggregation)[] _features;

    public WindowReading(WindowPlan plan, WindowCellPlan cells, long moment, ReadOnlySpan<int> features)
    {
        (_plan, _cells) = (plan, cells);
        _scratch = [.. cells.Kinds.Select(g => g.Select(k => WindowCell.Of(k)).ToArray())];
        _windows = [.. cells.Kinds.Select(g => g.Select(_ => new List<Window>()).ToArray())];
        _features = new (Window, Aggregation)[features.Length];
        for (var i = 0; i < features.Length; i++)
        {
            var aggregation = plan.View.Features[features[i]].Aggregation!;
            var frame = WindowFrame.Of(aggregation);
            var (begin, end) = (frame.Begin(moment), frame.End(moment));
            var (group, place) = (plan.GroupOf[features[i]], cells.CellOf[features[i]]);
            var windows = _windows[group][place];
            var window = windows.Find(w => (w.Begin, w.End) == (begin, end));
            if (window is null) windows.Add(window = new(begin, end, WindowCell.Of(cells.Kinds[group][place])));
            _features[i] = (window, aggregation);
        }
    }

    /// <summary>Reads the tiles and the events that wait.</summary>
    public void Read(ref WindowReader reader, Span<FeatureValue> values)
    {
        for (var origin = 0; origin < 2; origin++)
        {
            for (var g = 0; g < _plan.Groups.Length; g++) ReadTiles(ref reader, g);
        }

        for (var rest = reader.Length(17); rest > 0; rest--) Add(WindowStateEvent.Read(ref reader, _cells.Types));
        for (var rest = reader.Length(8); rest > 0; rest--) reader.Fixed64();
        if (!reader.IsAtEnd) throw WindowReader.Damaged();
        for (var i = 0; i < values.Length; i++) values[i] = _features[i].Window.Cell.Result(_features[i].Aggregation);
    }

    private void ReadTiles(ref WindowReader reader, int group)
    {
        if (reader.Byte() != 0)
        {
            reader.Fixed64();
            ReadTile(ref reader, group, null);
        }

        var number = 0L;
        for (var rest = reader.Length(2); rest > 0; rest--)
        {
            number += reader.Signed();
            ReadTile(ref reader, group, number * _plan.Groups[group].Tile);
        }
    }

    private void ReadTile(ref WindowReader reader, int group, long? start)
    {
        for (var c = 0; c < _scratch[group].Length; c++)
        {
            _scratch[group][c].Read(ref reader);
            foreach (var window in _windows[group][c])
            {
                if (start is not { } at || (at >= window.Begin && at < window.End)) window.Cell.Merge(_scratch[group][c]);
            }
        }
    }

    private void Add(in WindowStateEvent e)
    {
        for (var g = 0; g < _windows.Length; g++)
        {
            for (var c = 0; c < _windows[g].Length; c++)
            {
                var column = _cells.Kinds[g][c].Column;
                var value = column < 0 ? default : e.Values[column];
                if (column >= 0 && value.IsMissing) continue;
                foreach (var window in _windows[g][c])
                {
                    if (e.Time >= window.Begin && e.Time < window.End) window.Cell.Add(e.Time, value);
                }
            }
        }
    }

    private sealed record Window(long Begin, long End, WindowCell Cell);
}
