namespace MlOps.FeatureStore;

/// <summary>Sorts numbers and what belongs to them; equal ones stay in their order.</summary>
internal static class StableSort
{
    /// <summary>Sorts a part of two arrays by the first one. The second one ascends where the first one is equal.</summary>
    public static void Sort(long[] keys, int[] order, int from, int to)
    {
        var sorted = true;
        for (var i = from + 1; i < to && sorted; i++) sorted = keys[i - 1] <= keys[i];
        if (sorted) return;
        Array.Sort(keys, order, from, to - from);
        for (var i = from; i < to;)
        {
            var end = i + 1;
            while (end < to && keys[end] == keys[i]) end++;
            if (end - i > 1) Array.Sort(order, i, end - i);
            i = end;
        }
    }

    /// <summary>Sorts what is equal in the first array by a second criterion; what is equal in both stays in its order.</summary>
    public static void SortTies(long[] keys, int[] order, int from, int to, Func<int, long> second)
    {
        for (var i = from; i < to;)
        {
            var end = i + 1;
            while (end < to && keys[end] == keys[i]) end++;
            if (end - i > 1)
            {
                var sorted = order.AsSpan(i, end - i).ToArray().OrderBy(second).ToArray();
                sorted.CopyTo(order, i);
            }

            i = end;
        }
    }
}
