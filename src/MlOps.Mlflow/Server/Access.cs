namespace MlOps.Mlflow;

/// <summary>What an endpoint lets a caller do. Every endpoint has one as metadata.</summary>
internal enum Access
{
    Read,
    Write,
    DeleteArtifacts,
}
