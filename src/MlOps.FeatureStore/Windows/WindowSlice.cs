namespace MlOps.FeatureStore;

/// <summary>The events of one entity, and what several aggregations need to know of them: made once when it is first asked for.</summary>
internal sealed class WindowSlice(WindowEvents events)
{
    private readonly Dictionary<(WindowColumn? Column, RankKind Kind), Ranks> _ranks = [];

    public WindowEvents Events => events;

    public int From { get; private set; }

    public int To { get; private set; }

    public int Count => To - From;

    /// <summary>Goes to the next entity.</summary>
    public void Move(int from, int to)
    {
        (From, To) = (from, to);
        foreach (var ranks in _ranks.Values) ranks.IsReady = false;
    }

    /// <summary>Gives the rank of each event's value among the different values of the entity.</summary>
    public Ranks RanksOf(WindowColumn column, RankKind kind)
    {
        if (!_ranks.TryGetValue((column, kind), out var ranks)) _ranks.Add((column, kind), ranks = new());
        if (ranks.IsReady) return ranks;
        ranks.IsReady = true;
        if (kind is RankKind.Earliest or RankKind.Latest) Places(ranks, column, kind);
        else Values(ranks, column, kind);
        return ranks;
    }

    private void Values(Ranks ranks, WindowColumn column, RankKind kind)
    {
        ranks.Resize(Count);
        var keys = ranks.Keys;
        var order = ranks.Order;
        var present = 0;
        for (var i = From; i < To; i++)
        {
            if (column.Missing is not null && column.Missing[i]) continue;
            keys[present] = kind switch
            {
                RankKind.Quantile => AggregateValues.QuantileKeyOf(column.NumberAt(i)),
                RankKind.Register => AggregateValues.RegisterOf(column.HashAt(i)),
                _ => column.KeyAt(i),
            };
            order[present++] = i - From;
        }

        Array.Sort(keys, order, 0, present);
        ranks.Distinct = 0;
        for (var i = 0; i < present; i++)
        {
            if (i == 0 || keys[i] != keys[ranks.Distinct - 1]) keys[ranks.Distinct++] = keys[i];
            ranks.Of[order[i]] = ranks.Distinct - 1;
        }
    }

    // The place of each event in the order of time, in which those of one time stand in source order for the earliest, and against it for the latest. Where events take back others, equal ones share the place of the first.
    private void Places(Ranks ranks, WindowColumn column, RankKind kind)
    {
        ranks.Resize(Count);
        ranks.Distinct = Count;
        for (var from = 0; from < Count;)
        {
            var to = from + 1;
            while (to < Count && events.Times[From + to] == events.Times[From + from]) to++;
            var firsts = events.Reversals is not null && to - from > 1 ? new Dictionary<long, int>() : null;
            for (var i = from; i < to; i++)
            {
                var first = i;
                if (firsts is not null && !firsts.TryAdd(column.Bits[From + i], i)) first = firsts[column.Bits[From + i]];
                var place = kind == RankKind.Earliest ? first : from + to - 1 - first;
                ranks.Of[i] = place;
                ranks.Keys[place] = column.Bits[From + first];
            }

            from = to;
        }
    }

    /// <summary>The ranks of the events of one entity.</summary>
    internal sealed class Ranks
    {
        public bool IsReady { get; set; }

        /// <summary>Gets how many different values there are.</summary>
        public int Distinct { get; set; }

        /// <summary>Gets the rank of each event, from the first of the entity on; it means nothing where the value is missing.</summary>
        public int[] Of { get; private set; } = [];

        /// <summary>Gets the value of each rank, ascending.</summary>
        public long[] Keys { get; private set; } = [];

        internal int[] Order { get; private set; } = [];

        internal void Resize(int count)
        {
            if (Of.Length >= count) return;
            var length = Math.Max(count, Of.Length * 2);
            (Of, Keys, Order) = (new int[length], new long[length], new int[length]);
        }
    }
}

/// <summary>What the events of an entity are ranked by.</summary>
internal enum RankKind
{
    /// <summary>The value.</summary>
    Value,

    /// <summary>The value as quantiles see it.</summary>
    Quantile,

    /// <summary>The register and rank of a HyperLogLog.</summary>
    Register,

    /// <summary>Time, then source order.</summary>
    Earliest,

    /// <summary>Time, then against source order.</summary>
    Latest,
}
