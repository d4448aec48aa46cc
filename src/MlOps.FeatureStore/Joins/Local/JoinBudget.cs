namespace MlOps.FeatureStore;

/// <summary>What memory is left for the events of a join. Thread-safe.</summary>
/// <param name="bytes">How many bytes.</param>
internal sealed class JoinBudget(long bytes)
{
    private long _left = bytes;

    /// <summary>Gets a budget without end, for a part that has to fit as it is.</summary>
    public static JoinBudget Unlimited => new(long.MaxValue / 2);

    /// <summary>Takes memory.</summary>
    /// <param name="bytes">How many bytes.</param>
    /// <exception cref="JoinBudgetException">There are not so many.</exception>
    public void Take(long bytes)
    {
        if (Interlocked.Add(ref _left, -bytes) < 0) throw new JoinBudgetException();
    }

    /// <summary>Gives memory back.</summary>
    /// <param name="bytes">How many bytes.</param>
    public void Return(long bytes) => Interlocked.Add(ref _left, bytes);
}

/// <summary>A join has turned out to need more memory than it may have; it is made again in parts.</summary>
internal sealed class JoinBudgetException() : Exception("The join needs more memory than it may have.");
