namespace MlOps.FeatureStore;

/// <summary>The rows of one entity by time, and which events each one's window of one frame holds.</summary>
internal sealed class WindowRows(WindowFrame frame, int[] rows, long[] times)
{
    private (long Created, int Index)[] _latest = new (long, int)[16];

    /// <summary>Gets the numbers of all rows, by entity and time.</summary>
    public int[] Rows => rows;

    /// <summary>Gets the times of all rows, by entity and time.</summary>
    public long[] Times => times;

    /// <summary>Gets where the rows of the entity begin.</summary>
    public int First { get; private set; }

    public int Count { get; private set; }

    /// <summary>Gets the first event of each row's window.</summary>
    public int[] Begins { get; private set; } = [];

    /// <summary>Gets the event that each row's window ends before, if events are known when they happen.</summary>
    public int[] Ends { get; private set; } = [];

    /// <summary>Gets the events in the order in which they come to be seen.</summary>
    public int[] SeenOrder { get; private set; } = [];

    /// <summary>Gets as of which moment each of them is seen.</summary>
    public long[] SeenFrom { get; private set; } = [];

    /// <summary>Goes to the rows of another entity.</summary>
    public void Move(WindowSlice slice, int first, int count)
    {
        (First, Count) = (first, count);
        if (Begins.Length < count)
        {
            var length = Math.Max(count, Begins.Length * 2);
            (Begins, Ends) = (new int[length], new int[length]);
        }

        var of = slice.Events.Times;
        var (begin, end) = (slice.From, slice.From);
        for (var i = 0; i < count; i++)
        {
            var moment = times[first + i];
            var (from, to) = (frame.Begin(moment), frame.End(moment));
            while (begin < slice.To && of[begin] < from) begin++;
            while (end < slice.To && of[end] < to) end++;
            (Begins[i], Ends[i]) = (begin, end);
        }
    }

    /// <summary>Finds when events come to be seen.</summary>
    /// <param name="slice">The events.</param>
    /// <param name="createdBeforeRow">Whether those created after the row's time, or at an unknown time, are left out.</param>
    public void FindSeen(WindowSlice slice, bool createdBeforeRow)
    {
        var count = slice.Count;
        if (SeenOrder.Length < count)
        {
            var length = Math.Max(count, SeenOrder.Length * 2);
            (SeenOrder, SeenFrom) = (new int[length], new long[length]);
        }

        var (of, created, takesBack) = (slice.Events.Times, slice.Events.Created, slice.Events.Reversals is not null);
        for (var i = 0; i < count; i++)
        {
            var index = slice.From + i;
            SeenOrder[i] = index;
            SeenFrom[i] = frame.SeenFrom(of[index]);
            if (created is null) continue;
            var known = created[index];
            if (known == long.MinValue) known = createdBeforeRow ? long.MaxValue : known;
            else if (takesBack && known < long.MaxValue) known++; // what a change says is known after the moment of the change
            SeenFrom[i] = Math.Max(SeenFrom[i], known);
        }

        StableSort.Sort(SeenFrom, SeenOrder, 0, count);
    }

    /// <summary>Marks the rows whose window holds an event, and those whose window holds one that was created later.</summary>
    public void Mark(WindowSlice slice, Span<bool> matched, Span<bool> createdLater)
    {
        var created = slice.Events.Created;
        var (from, to, next) = (0, 0, slice.From);
        for (var i = 0; i < Count; i++)
        {
            if (Ends[i] <= Begins[i]) continue;
            matched[i] = true;
            if (created is null) continue;
            for (next = Math.Max(next, Begins[i]); next < Ends[i]; next++)
            {
                while (to > from && _latest[to - 1].Created <= created[next]) to--;
                if (to == from) from = to = 0;
                if (to == _latest.Length) Array.Resize(ref _latest, to * 2);
                _latest[to++] = (created[next], next);
            }

            while (to > from && _latest[from].Index < Begins[i]) from++;
            if (to > from && _latest[from].Created > times[First + i]) createdLater[i] = true;
        }
    }

    /// <summary>Marks the rows whose window holds an event that is seen.</summary>
    public void MarkSeen(WindowSlice slice, Span<bool> matched)
    {
        var (seen, from, count) = (0, slice.From, 0);
        var isIn = new bool[slice.Count];
        for (var i = 0; i < Count; i++)
        {
            for (; seen < slice.Count && SeenFrom[seen] <= times[First + i]; seen++)
            {
                if (SeenOrder[seen] < Begins[i]) continue;
                isIn[SeenOrder[seen] - slice.From] = true;
                count++;
            }

            for (; from < Begins[i]; from++) count -= isIn[from - slice.From] ? 1 : 0;
            if (count > 0) matched[i] = true;
        }
    }
}
