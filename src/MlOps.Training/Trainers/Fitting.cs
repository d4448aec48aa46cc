using System.Reflection;
using Microsoft.ML;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>Runs ML.NET so that it can be stopped and so that what it throws says what happened.</summary>
internal static class Fitting
{
    // ML.NET looks at this flag in its loops but keeps the method that sets it to itself; without it only the reading of rows can be stopped.
    private static readonly MethodInfo? Cancel = typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []);

    /// <summary>Runs work of ML.NET.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="ml">The context that it runs in.</param>
    /// <param name="work">The work.</param>
    /// <param name="fail">Makes the error of whatever else is thrown.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The result.</returns>
    public static T Run<T>(MLContext ml, Func<T> work, Func<Exception, TrainingException> fail, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var registration = cancellationToken.Register(() => Cancel?.Invoke(ml, null));
        try
        {
            return work();
        }
#pragma warning disable CA1031 // ML.NET throws everything from IndexOutOfRangeException on; each becomes an error of ours that says where.
        catch (Exception e)
#pragma warning restore CA1031
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Threads of ML.NET wrap what the reading of rows threw.
            for (var inner = e; inner is not null; inner = inner.InnerException)
            {
                if (inner is MlOpsException ours and not TrainingException) throw Rethrow(ours);
            }

            throw e as TrainingException ?? fail(e);
        }
    }

    private static Exception Rethrow(Exception error)
    {
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        return error;
    }
}
