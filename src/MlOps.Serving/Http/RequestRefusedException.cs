namespace MlOps.Serving;

/// <summary>A request is answered with an error status and a text for the caller.</summary>
internal sealed class RequestRefusedException(int status, string message) : Exception(message)
{
    public int Status => status;
}
