namespace MlOps.Monitoring;

/// <summary>Judges how good predictions were.</summary>
internal sealed class PerformanceCheck
{
    public const string CheckName = "performance";
}
