using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Makes the errors that the contracts name out of those of an MLflow server.</summary>
internal static class Refusals
{
    public static async Task<T> MissingAsync<T>(string kind, string name, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (MlflowServerException e) when (e.ErrorCode == ErrorCodes.ResourceDoesNotExist)
        {
            throw new NotFoundException(kind, name);
        }
    }

    public static async Task<T> ConflictAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (MlflowServerException e) when (e.ErrorCode is ErrorCodes.ResourceAlreadyExists or ErrorCodes.ResourceConflict || IsState(e))
        {
            throw new ConflictException(e.Message);
        }
        catch (MlflowServerException e) when (e.ErrorCode == ErrorCodes.PermissionDenied)
        {
            throw new GateRefusedException("The MLflow server refuses", [e.Message]);
        }
    }

    public static async Task<T> SearchAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (MlflowServerException e) when (e.ErrorCode is ErrorCodes.InvalidParameterValue or "BAD_REQUEST")
        {
            throw new SearchException(e.Message);
        }
    }

    // MLflow has no code of its own for these.
    private static bool IsState(MlflowServerException error) => error.ErrorCode == ErrorCodes.InvalidParameterValue
        && (error.Message.Contains("must be in the 'active' state", StringComparison.Ordinal) || error.Message.Contains("Changing param values is not allowed", StringComparison.Ordinal));
}
