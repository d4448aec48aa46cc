namespace MlOps.Monitoring;

/// <summary>Watches how predictions are served.</summary>
internal sealed class OperationsCheck
{
    public const string CheckName = "operations";
}
