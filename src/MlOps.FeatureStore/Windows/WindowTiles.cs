namespace MlOps.FeatureStore;

/// <summary>The tiles of an entity that rest on one origin: a batch, or what was pushed.</summary>
internal sealed class WindowTiles
{
    private readonly WindowPlan _plan;
    private readonly WindowCellPlan _cells;
    private readonly SortedDictionary<long, WindowCell[]>[] _tiles;
    private readonly WindowCell[]?[] _merged;
    private readonly long[] _mergedUntil;

    public WindowTiles(WindowPlan plan, WindowCellPlan cells)
    {
        (_plan, _cells) = (plan, cells);
        _tiles = [.. plan.Groups.Select(_ => new SortedDictionary<long, WindowCell[]>())];
        _merged = new WindowCell[plan.Groups.Length][];
        _mergedUntil = [.. plan.Groups.Select(_ => long.MinValue)];
    }

    /// <summary>Gets the end of the tiles that were merged into one.</summary>
    public long MergedUntil => _mergedUntil.Max();

    /// <summary>Adds an event.</summary>
    /// <param name="e">The event.</param>
    /// <param name="horizon">The moment before which nothing is asked for.</param>
    public void Add(in WindowStateEvent e, long horizon)
    {
        for (var g = 0; g < _tiles.Length; g++)
        {
            var group = _plan.Groups[g];
            var start = WindowFrame.Floor(e.Time, group.Tile);
            if (IsOver(group, start, horizon)) continue;
            WindowCell[]? cells;
            if (_merged[g] is { } merged && start < _mergedUntil[g]) cells = merged;
            else if (!_tiles[g].TryGetValue(start, out cells)) _tiles[g].Add(start, cells = NewCells(g));
            var kinds = _cells.Kinds[g];
            for (var c = 0; c < kinds.Length; c++)
            {
                if (kinds[c].Column < 0) cells[c].Add(e.Time, default);
                else if (e.Values[kinds[c].Column] is { IsMissing: false } value) cells[c].Add(e.Time, value);
            }
        }
    }

    /// <summary>Drops what no window can hold any more, and merges what no window can tell apart any more.</summary>
    /// <param name="horizon">The moment before which nothing is asked for.</param>
    /// <param name="apart">The moment from which tiles stay apart.</param>
    public void Trim(long horizon, long apart)
    {
        for (var g = 0; g < _tiles.Length; g++)
        {
            var group = _plan.Groups[g];
            while (_tiles[g].Count > 0)
            {
                var (start, cells) = _tiles[g].First();
                var end = start > long.MaxValue - group.Tile ? long.MaxValue : start + group.Tile;
                if (group.Retention is null ? end > Math.Min(horizon, apart) : !IsOver(group, start, horizon)) break;
                _tiles[g].Remove(start);
                if (group.Retention is not null) continue;
                Merge(_merged[g] ??= NewCells(g), cells);
                _mergedUntil[g] = end;
            }
        }
    }

    /// <summary>Drops the tiles before a moment that is an edge of all of them.</summary>
    public void DropBefore(long moment)
    {
        for (var g = 0; g < _tiles.Length; g++)
        {
            while (_tiles[g].Count > 0 && _tiles[g].First().Key < moment) _tiles[g].Remove(_tiles[g].First().Key);
            if (_merged[g] is null || moment < _mergedUntil[g]) continue;
            (_merged[g], _mergedUntil[g]) = (null, long.MinValue);
        }
    }

    /// <summary>Adds what a window holds.</summary>
    /// <param name="cell">Takes it.</param>
    /// <param name="group">The group.</param>
    /// <param name="place">The cell of the group.</param>
    /// <param name="begin">The first moment of the window.</param>
    /// <param name="end">The moment that it ends before.</param>
    public void Collect(WindowCell cell, int group, int place, long begin, long end)
    {
        if (_merged[group] is { } merged) cell.Merge(merged[place]);
        foreach (var (start, cells) in _tiles[group])
        {
            if (start >= end) break;
            if (start >= begin) cell.Merge(cells[place]);
        }
    }

    public void Write(WindowWriter writer)
    {
        for (var g = 0; g < _tiles.Length; g++)
        {
            writer.Byte(_merged[g] is null ? (byte)0 : (byte)1);
            if (_merged[g] is { } merged)
            {
                writer.Fixed64(_mergedUntil[g]);
                foreach (var cell in merged) cell.Write(writer);
            }

            writer.Number(_tiles[g].Count);
            var before = 0L;
            foreach (var (start, cells) in _tiles[g])
            {
                writer.Signed((start / _plan.Groups[g].Tile) - before);
                before = start / _plan.Groups[g].Tile;
                foreach (var cell in cells) cell.Write(writer);
            }
        }
    }

    public void Read(ref WindowReader reader)
    {
        for (var g = 0; g < _tiles.Length; g++)
        {
            if (reader.Byte() != 0)
            {
                _mergedUntil[g] = reader.Fixed64();
                _merged[g] = Cells(ref reader, g);
            }

            var number = 0L;
            for (var rest = reader.Length(2); rest > 0; rest--)
            {
                number += reader.Signed();
                if (!_tiles[g].TryAdd(number * _plan.Groups[g].Tile, Cells(ref reader, g))) throw WindowReader.Damaged();
            }
        }
    }

    private static bool IsOver(WindowGroup group, long start, long horizon) => group.Retention is { } retention && horizon >= long.MinValue + retention && start < horizon - retention - group.Tile;

    private static void Merge(WindowCell[] into, WindowCell[] from)
    {
        for (var c = 0; c < into.Length; c++) into[c].Merge(from[c]);
    }

    private WindowCell[] Cells(ref WindowReader reader, int group)
    {
        var cells = NewCells(group);
        foreach (var cell in cells) cell.Read(ref reader);
        return cells;
    }

    private WindowCell[] NewCells(int group) => [.. _cells.Kinds[group].Select(k => WindowCell.Of(k))];
}
