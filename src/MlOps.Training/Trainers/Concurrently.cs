using System.Runtime.ExceptionServices;

namespace MlOps.Training;

/// <summary>Does the same for several numbers, some of them at the same time.</summary>
internal static class Concurrently
{
    /// <summary>Calls an action for each number.</summary>
    /// <param name="from">The first number.</param>
    /// <param name="count">How many numbers.</param>
    /// <param name="parallelism">How many calls there are at the same time at most.</param>
    /// <param name="work">The action. What it throws ends the other calls as soon as they are done, and is thrown: of several errors that of the lowest number.</param>
    /// <param name="cancellationToken">Keeps calls from beginning.</param>
    public static void For(int from, int count, int parallelism, Action<int> work, CancellationToken cancellationToken)
    {
        var errors = new Exception?[count];
        Parallel.For(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
            (i, state) =>
            {
                try
                {
                    work(from + i);
                }
#pragma warning disable CA1031 // thrown again below
                catch (Exception e)
#pragma warning restore CA1031
                {
                    errors[i] = e;
                    state.Break();
                }
            });
        if (Array.Find(errors, e => e is not null) is { } error) ExceptionDispatchInfo.Throw(error);
    }
}
