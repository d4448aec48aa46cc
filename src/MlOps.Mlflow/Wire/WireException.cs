namespace MlOps.Mlflow;

/// <summary>A request is answered with an error of the MLflow API. The message goes to the caller.</summary>
internal sealed class WireException(string code, string message, int? status = null) : Exception(message)
{
    public string Code => code;

    public int Status => status ?? ErrorCodes.StatusOf(code);

    public static WireException Invalid(string message) => new(ErrorCodes.InvalidParameterValue, message);

    public static WireException Missing(string path) =>
        Invalid($"Missing value for required parameter '{path}'. See the API docs for more information about request parameters.");

    public static WireException NoExperiment(string id) => new(ErrorCodes.ResourceDoesNotExist, $"No Experiment with id={id} exists");

    public static WireException NoRun(string id) => new(ErrorCodes.ResourceDoesNotExist, $"Run with id={id} not found");

    public static WireException NoModel(string name) => new(ErrorCodes.ResourceDoesNotExist, $"Registered Model with name={name} not found");

    public static WireException NoVersion(string name, string version) => new(ErrorCodes.ResourceDoesNotExist, $"Model Version (name={name}, version={version}) not found");

    public static WireException DeletedRun(string id) => Invalid($"The run {id} must be in the 'active' state. Current state is deleted.");

    public static WireException DeletedExperiment(string id) => Invalid($"The experiment {id} must be in the 'active' state. Current state is deleted.");
}
