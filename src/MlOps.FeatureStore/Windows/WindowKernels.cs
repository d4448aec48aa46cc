using MlOps.Statistics;

namespace MlOps.FeatureStore;

/// <summary>One aggregation over a window that moves along the events of an entity. Events are named by their place; missing values are never given.</summary>
internal interface IWindowKernel
{
    /// <summary>Begins with the events of another entity, none of them in the window.</summary>
    void Start(WindowSlice slice);

    /// <summary>Takes an event into the window.</summary>
    void Add(int index);

    /// <summary>Takes an event out of the window, or takes an equal one back.</summary>
    void Remove(int index);

    /// <summary>Sets the value of a row, when there is one.</summary>
    void Write(WindowResults results, int row);
}

/// <summary>Counts.</summary>
internal struct CountKernel : IWindowKernel
{
    private long _count;

    public void Start(WindowSlice slice) => _count = 0;

    public void Add(int index) => _count++;

    public void Remove(int index) => _count--;

    public readonly void Write(WindowResults results, int row)
    {
        if (_count > 0) results.Set(row, _count);
    }
}

/// <summary>Sums integers, in 128 bits, or takes their mean.</summary>
internal struct IntegerSumKernel(WindowColumn column, bool mean) : IWindowKernel
{
    private readonly long[] _bits = column.Bits;
    private long _count;
    private Int128 _sum;

    public void Start(WindowSlice slice) => (_count, _sum) = (0, 0);

    public void Add(int index)
    {
        _count++;
        _sum += _bits[index];
    }

    public void Remove(int index)
    {
        _count--;
        _sum -= _bits[index];
    }

    public readonly void Write(WindowResults results, int row)
    {
        if (_count <= 0) return;
        if (mean) results.Set(row, (double)_sum / _count);
        else results.Set(row, AggregateValues.Int64Of(_sum));
    }
}

/// <summary>Sums decimals, or takes their mean.</summary>
internal struct DecimalSumKernel(WindowColumn column, bool mean) : IWindowKernel
{
    private long _count;
    private Int128 _sum;

    public void Start(WindowSlice slice) => (_count, _sum) = (0, 0);

    public void Add(int index)
    {
        _count++;
        _sum = AggregateValues.AddUnits(_sum, column.Units[column.Bits[index]]);
    }

    public void Remove(int index)
    {
        _count--;
        _sum = AggregateValues.AddUnits(_sum, -column.Units[column.Bits[index]]);
    }

    public readonly void Write(WindowResults results, int row)
    {
        if (_count <= 0) return;
        if (mean) results.Set(row, AggregateValues.DoubleOf(_sum) / _count);
        else results.Set(row, AggregateValues.DecimalOf(_sum));
    }
}

/// <summary>Sums numbers exactly, takes their mean, or both at once.</summary>
internal struct NumberSumKernel(WindowColumn column, WindowResults? sums, WindowResults? means) : IWindowKernel
{
    private readonly long[] _bits = column.Bits;
    private readonly ExactSum _sum = new(squares: false);
    private long _count;

    public void Start(WindowSlice slice)
    {
        _count = 0;
        _sum.Clear();
    }

    public void Add(int index)
    {
        _count++;
        _sum.Add(BitConverter.Int64BitsToDouble(_bits[index]));
    }

    public void Remove(int index)
    {
        _count--;
        _sum.Subtract(BitConverter.Int64BitsToDouble(_bits[index]));
    }

    public readonly void Write(WindowResults results, int row)
    {
        if (_count <= 0) return;
        var sum = _sum.Round();
        sums?.Set(row, sum);
        means?.Set(row, double.IsFinite(sum) ? sum / _count : _sum.Mean(_count));
    }
}

/// <summary>Takes the population variance of numbers, exactly.</summary>
internal struct VarianceKernel(WindowColumn column) : IWindowKernel
{
    private readonly ExactSum _sum = new(squares: false);
    private readonly ExactSum _squares = new(squares: true);
    private long _count;

    public void Start(WindowSlice slice)
    {
        _count = 0;
        _sum.Clear();
        _squares.Clear();
    }

    public void Add(int index)
    {
        var value = column.NumberAt(index);
        _count++;
        _sum.Add(value);
        _squares.Add(value);
    }

    public void Remove(int index)
    {
        var value = column.NumberAt(index);
        _count--;
        _sum.Subtract(value);
        _squares.Subtract(value);
    }

    public readonly void Write(WindowResults results, int row)
    {
        if (_count > 0) results.Set(row, _squares.Variance(_sum, _count));
    }
}

/// <summary>The smallest or largest value of a window that events enter and leave in order of time: of the events in it only those that a later one does not beat.</summary>
internal struct ExtremeKernel(WindowColumn column, bool largest) : IWindowKernel
{
    private (long Key, int Index)[] _candidates = new (long, int)[16];
    private int _from;
    private int _to;

    public void Start(WindowSlice slice) => _from = _to = 0;

    public void Add(int index)
    {
        var key = column.KeyAt(index);
        while (_to > _from && (largest ? _candidates[_to - 1].Key <= key : _candidates[_to - 1].Key >= key)) _to--;
        if (_to == _from) _from = _to = 0;
        if (_to == _candidates.Length) MakeRoom();
        _candidates[_to++] = (key, index);
    }

    public void Remove(int index)
    {
        if (_to > _from && _candidates[_from].Index == index) _from++;
    }

    public readonly void Write(WindowResults results, int row)
    {
        if (_to > _from) results.Set(row, column, column.BitsOf(_candidates[_from].Key));
    }

    private void MakeRoom()
    {
        var count = _to - _from;
        var into = count * 2 > _candidates.Length ? new (long, int)[_candidates.Length * 2] : _candidates;
        Array.Copy(_candidates, _from, into, 0, count);
        (_candidates, _from, _to) = (into, 0, count);
    }
}

/// <summary>The earliest value, or the k-th latest, of a window that events enter and leave in order of time.</summary>
internal struct QueueKernel(WindowColumn column, bool earliest, int k) : IWindowKernel
{
    private long[] _times = [];
    private int[] _queue = new int[16];
    private int _from;
    private int _to;

    public void Start(WindowSlice slice)
    {
        _times = slice.Events.Times;
        _from = _to = 0;
    }

    public void Add(int index)
    {
        if (_to == _queue.Length) MakeRoom();
        _queue[_to++] = index;
    }

    public void Remove(int index)
    {
        if (++_from == _to) _from = _to = 0;
    }

    public readonly void Write(WindowResults results, int row)
    {
        if (_to - _from < k) return;
        if (earliest)
        {
            results.Set(row, column, column.Bits[_queue[_from]]);
            return;
        }

        // Of several at one time the first in source order is the latest.
        var (end, rest) = (_to, k);
        while (true)
        {
            var begin = end - 1;
            while (begin > _from && _times[_queue[begin - 1]] == _times[_queue[end - 1]]) begin--;
            if (rest <= end - begin)
            {
                results.Set(row, column, column.Bits[_queue[begin + rest - 1]]);
                return;
            }

            rest -= end - begin;
            end = begin;
        }
    }

    private void MakeRoom()
    {
        var count = _to - _from;
        var into = count * 2 > _queue.Length ? new int[_queue.Length * 2] : _queue;
        Array.Copy(_queue, _from, into, 0, count);
        (_queue, _from, _to) = (into, 0, count);
    }
}

/// <summary>What is found by rank in a window that events enter and leave in any order: counts of each different value, added up in a tree (Fenwick 1994).</summary>
internal struct RankKernel(WindowColumn column, RankKind ranks, Aggregation aggregation) : IWindowKernel
{
    private WindowSlice.Ranks _ranks = new();
    private int _first;
    private int[] _counts = [];
    private int[] _tree = [];
    private long _total; // of the counts that are above 0
    private int _distinct;

    public void Start(WindowSlice slice)
    {
        _ranks = slice.RanksOf(column, ranks);
        _first = slice.From;
        (_total, _distinct) = (0, 0);
        if (_tree.Length <= _ranks.Distinct)
        {
            _counts = new int[Math.Max(_ranks.Distinct, _counts.Length * 2)];
            _tree = new int[_counts.Length + 1];
            return;
        }

        Array.Clear(_counts, 0, _ranks.Distinct);
        Array.Clear(_tree, 0, _ranks.Distinct + 1);
    }

    public void Add(int index)
    {
        var rank = _ranks.Of[index - _first];
        if (++_counts[rank] > 0) Change(rank, 1);
    }

    public void Remove(int index)
    {
        var rank = _ranks.Of[index - _first];
        if (--_counts[rank] >= 0) Change(rank, -1);
    }

    public readonly void Write(WindowResults results, int row)
    {
        if (_total == 0) return;
        switch (aggregation.Kind)
        {
            case AggregationKind.Distinct: results.Set(row, (long)_distinct); break;
            case AggregationKind.Quantile: results.Set(row, AggregateValues.Quantile(aggregation.Quantile, _total, KeyAt)); break;
            case AggregationKind.Min: results.Set(row, column, column.BitsOf(KeyAt(0))); break;
            case AggregationKind.Max: results.Set(row, column, column.BitsOf(KeyAt(_total - 1))); break;
            case AggregationKind.First: results.Set(row, column, KeyAt(0)); break;
            case AggregationKind.Last: results.Set(row, column, KeyAt(_total - 1)); break;
            case AggregationKind.TopK when _total >= aggregation.K: results.Set(row, column, column.BitsOf(KeyAt(_total - aggregation.K))); break;
            case AggregationKind.LastK when _total >= aggregation.K: results.Set(row, column, KeyAt(_total - aggregation.K)); break;
        }
    }

    private void Change(int rank, int by)
    {
        _total += by;
        if (by > 0 && _counts[rank] == 1) _distinct++;
        if (by < 0 && _counts[rank] == 0) _distinct--;
        for (var at = rank + 1; at <= _ranks.Distinct; at += at & -at) _tree[at] += by;
    }

    private readonly long KeyAt(long place)
    {
        var at = 0;
        for (var step = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_ranks.Distinct); step > 0; step >>= 1)
        {
            if (at + step > _ranks.Distinct || _tree[at + step] > place) continue;
            at += step;
            place -= _tree[at];
        }

        return _ranks.Keys[at];
    }
}

/// <summary>Counts different values by HyperLogLog: of the values in the window the largest rank in each register, and how many registers have each rank.</summary>
internal struct RegisterKernel(WindowColumn column) : IWindowKernel
{
    private readonly int[] _with = new int[HyperLogLog.MaxRank + 1];
    private WindowSlice.Ranks _ranks = new();
    private int _first;
    private int[] _counts = [];
    private int _present;

    public void Start(WindowSlice slice)
    {
        _ranks = slice.RanksOf(column, RankKind.Register);
        _first = slice.From;
        _present = 0;
        Array.Clear(_with);
        _with[0] = HyperLogLog.Registers;
        if (_counts.Length < _ranks.Distinct) _counts = new int[Math.Max(_ranks.Distinct, _counts.Length * 2)];
        else Array.Clear(_counts, 0, _ranks.Distinct);
    }

    public void Add(int index)
    {
        var place = _ranks.Of[index - _first];
        if (++_counts[place] == 1) Change(place, 1);
    }

    public void Remove(int index)
    {
        var place = _ranks.Of[index - _first];
        if (--_counts[place] == 0) Change(place, -1);
    }

    public readonly void Write(WindowResults results, int row)
    {
        if (_present > 0) results.Set(row, AggregateValues.DistinctOf(_with));
    }

    // Places ascend by register, then by rank, so that a register holds the last one of its own that is there.
    private void Change(int place, int by)
    {
        _present += by;
        var register = _ranks.Keys[place] >> 6;
        var rank = (int)(_ranks.Keys[place] & 63);
        for (var other = place + 1; other < _ranks.Distinct && _ranks.Keys[other] >> 6 == register; other++)
        {
            if (_counts[other] > 0) return; // the register holds more
        }

        var below = 0;
        for (var other = place - 1; other >= 0 && _ranks.Keys[other] >> 6 == register && below == 0; other--)
        {
            if (_counts[other] > 0) below = (int)(_ranks.Keys[other] & 63);
        }

        _with[rank] += by;
        _with[below] -= by;
    }
}
