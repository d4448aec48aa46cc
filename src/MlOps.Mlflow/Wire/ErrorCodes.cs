namespace MlOps.Mlflow;

/// <summary>The error codes of the MLflow API and the HTTP status of each.</summary>
internal static class ErrorCodes
{
    public const string InternalError = "INTERNAL_ERROR";
    public const string InvalidParameterValue = "INVALID_PARAMETER_VALUE";
    public const string ResourceDoesNotExist = "RESOURCE_DOES_NOT_EXIST";
    public const string ResourceAlreadyExists = "RESOURCE_ALREADY_EXISTS";
    public const string ResourceConflict = "RESOURCE_CONFLICT";
    public const string PermissionDenied = "PERMISSION_DENIED";
    public const string TemporarilyUnavailable = "TEMPORARILY_UNAVAILABLE";
    public const string NotImplemented = "NOT_IMPLEMENTED";
    public const string DataLoss = "DATA_LOSS";

    public static int StatusOf(string code) => code switch
    {
        InvalidParameterValue or ResourceAlreadyExists or "BAD_REQUEST" => 400,
        "CUSTOMER_UNAUTHORIZED" or "UNAUTHENTICATED" => 401,
        PermissionDenied => 403,
        ResourceDoesNotExist or "NOT_FOUND" or "ENDPOINT_NOT_FOUND" => 404,
        ResourceConflict or "ABORTED" or "ALREADY_EXISTS" => 409,
        "REQUEST_LIMIT_EXCEEDED" or "RESOURCE_EXHAUSTED" => 429,
        "CANCELLED" => 499,
        NotImplemented => 501,
        TemporarilyUnavailable => 503,
        "DEADLINE_EXCEEDED" => 504,
        _ => 500,
    };
}
