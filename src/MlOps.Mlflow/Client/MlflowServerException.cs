using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>An MLflow server refused a request, or failed at it.</summary>
public sealed class MlflowServerException : StoreException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errorCode">The error code of the MLflow API.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="serverMessage">What the server said.</param>
    public MlflowServerException(string errorCode, int status, string serverMessage)
        : base($"The MLflow server answers {errorCode}: {serverMessage}", isTransient: status is 408 or 429 or 502 or 503 or 504)
    {
        ErrorCode = errorCode;
        Status = status;
    }

    /// <summary>Gets the error code of the MLflow API, as INVALID_PARAMETER_VALUE.</summary>
    public string ErrorCode { get; }

    /// <summary>Gets the HTTP status.</summary>
    public int Status { get; }
}
